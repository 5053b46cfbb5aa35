using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace NotificationService.Host.Observability;

/// <summary>
/// Sends spans to an OTLP collector while the process runs. Registered only where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>
/// names one; the exporter reads it and its siblings (headers, protocol, sampler) itself.
/// </summary>
internal sealed class Traces : IHostedService, IDisposable
{
    private TracerProvider? provider;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        provider = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService("notification-service").AddEnvironmentVariableDetector())
            .AddSource(Telemetry.Telemetry.Name, "Microsoft.AspNetCore", "Npgsql")
            .AddOtlpExporter()
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        provider?.ForceFlush(5000);
        return Task.CompletedTask;
    }

    public void Dispose() => provider?.Dispose();
}
