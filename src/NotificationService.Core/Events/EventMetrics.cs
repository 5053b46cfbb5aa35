using System.Diagnostics.Metrics;

namespace NotificationService.Events;

/// <summary>What the relay counts.</summary>
public sealed class EventMetrics
{
    private readonly Counter<long> relayed = Telemetry.Telemetry.Meter.CreateCounter<long>("notification_events_relayed_total", null, "Events taken from the outbox and published.");

    public void Relayed(int events)
    {
        if (events > 0)
            relayed.Add(events);
    }
}
