using System.Text;
using NotificationService.Host.Api;

namespace NotificationService.Host.Observability;

/// <summary>What machines ask of every process, whatever its role. Anonymous: it tells no tenant's data.</summary>
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
        return JsonAnswer.Of(report, HealthJson.Default.HealthReport, statusCode: report.IsHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
