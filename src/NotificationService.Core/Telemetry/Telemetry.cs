using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace NotificationService.Telemetry;

/// <summary>
/// The one meter and the one activity source of the service. A room keeps its instruments in its own
/// <c>XxxMetrics</c> class, made on <see cref="Meter"/>; <c>/metrics</c> and the OTLP exporter find them by its name.
/// Instruments are named as Prometheus shows them, such as <c>notification_accepted_total</c>; the values of a tag
/// come from a closed set, never from a caller.
/// </summary>
public static class Telemetry
{
    public const string Name = "NotificationService";

    public static Meter Meter { get; } = new(Name);

    public static ActivitySource Activities { get; } = new(Name);
}
