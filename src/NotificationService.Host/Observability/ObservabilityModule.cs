using Microsoft.Extensions.Logging.Console;
using NotificationService.Settings;
using NotificationService.Telemetry;

namespace NotificationService.Host.Observability;

/// <summary>How the service is seen from outside: health, metrics, logs, traces.</summary>
public static class ObservabilityModule
{
    public static IServiceCollection AddObservability(this IServiceCollection services)
    {
        services.AddSingleton<Heartbeats>().AddSingleton<HealthChecks>().AddSingleton<MetricsCollector>();
        services.AddHostedService<MetricsFromTheStart>();
        services.AddSettings<RequestLogOptions>(RequestLogOptions.Section);
        if (Traces.AreOn)
            services.AddHostedService<Traces>();
        return services;
    }

    /// <summary>Readable lines for a developer; one JSON object a line for everybody else. The framework speaks only of trouble.</summary>
    public static void UseServiceLogs(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning).AddFilter("Npgsql", LogLevel.Warning);
        // Its error lines repeat what ProblemMiddleware writes once, with more of the request than may be written.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        if (builder.Environment.IsDevelopment())
        {
            builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss "));
            return;
        }

        builder.Logging.AddConsoleFormatter<JsonLineFormatter, ConsoleFormatterOptions>();
        builder.Logging.AddConsole(console => console.FormatterName = JsonLineFormatter.FormatterName);
    }

    /// <summary>Nothing would be counted before the first scrape if the collector were made by it.</summary>
    private sealed class MetricsFromTheStart(MetricsCollector metrics) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            GC.KeepAlive(metrics);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
