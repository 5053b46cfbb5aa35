using System.Diagnostics;
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

    public static bool AreOn { get; } = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT"));

    /// <summary>Neither this span nor what happens within it is sent.</summary>
    public static void Forget(Activity span)
    {
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        span.IsAllDataRequested = false;
    }

    /// <summary>The <c>traceparent</c> to keep beside what this request hands over to the workers; null where nobody records the trace.</summary>
    public static string? Parent() =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity && (activity.Recorded || activity.HasRemoteParent) ? activity.Id : null;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        provider = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService("notification-service").AddEnvironmentVariableDetector())
            .AddSource(Telemetry.Telemetry.Name, "Microsoft.AspNetCore", "Npgsql")
            .AddProcessor(new NoLoops())
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

    /// <summary>Drops the statements of loops, which belong to no request and would be most of the spans of an idle service.</summary>
    private sealed class NoLoops : BaseProcessor<Activity>
    {
        public override void OnStart(Activity data)
        {
            if (data.Source.Name == "Npgsql" && data.ParentSpanId == default)
                Forget(data);
        }
    }
}
