using System.Text;
using NotificationService.Host.Configuration;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;

namespace NotificationService.Host.Observability;

/// <summary>What machines ask of every process, whatever its role. Anonymous: it shows no tenant's data.</summary>
public static class SystemApi
{
    public static void MapSystemApi(this IEndpointRouteBuilder routes)
    {
        var system = routes.MapGroup("").AllowAnonymous().WithTags("System").ExcludeFromDescription();
        system.MapGet("/health/live", () => Results.Text("live"));
        system.MapGet("/health/ready", IsReadyAsync);
        system.MapGet("/health", ReportAsync);
        system.MapGet("/metrics", (MetricsCollector metrics) => Results.Text(metrics.Text(), PrometheusText.ContentType, Encoding.UTF8));
    }

    /// <summary>What a port does not serve is not there, before anybody is asked who they are.</summary>
    public static void UseManagementPort(this WebApplication app)
    {
        var management = ManagementPort.Read(app.Configuration);
        if (management.Number is not null)
            app.Use((context, next) => management.Serves(context.Connection.LocalPort, context.Request.Path) ? next(context) : Problems.NotFound().ExecuteAsync(context));
    }

    private static async Task<IResult> IsReadyAsync(HealthChecks checks, CancellationToken cancellationToken)
    {
        var report = await checks.RunAsync(cancellationToken);
        return report.IsHealthy
            ? Results.Text("ready")
            : Results.Text($"not ready: {string.Join(", ", report.Checks.Where(check => !check.Healthy).Select(check => $"{check.Name} ({check.Detail})"))}", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<IResult> ReportAsync(HealthChecks checks, CancellationToken cancellationToken)
    {
        var report = await checks.RunAsync(cancellationToken);
        return JsonResponse.Of(report, HealthJson.Default.HealthReport, statusCode: report.IsHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
