using System.Diagnostics.Metrics;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Quotas;

namespace NotificationService.Notifications;

/// <summary>What intake counts. Tags come from closed sets.</summary>
public sealed class NotificationMetrics
{
    private static readonly Meter Meter = Telemetry.Telemetry.Meter;

    private readonly Counter<long> accepted = Meter.CreateCounter<long>("notification_accepted_total", null, "Deliveries accepted, after the commit.");
    private readonly Counter<long> replayed = Meter.CreateCounter<long>("notification_replayed_total", null, "Requests answered again by their idempotency key.");
    private readonly Counter<long> refused = Meter.CreateCounter<long>("notification_refused_total", null, "Notifications refused, by reason.");
    private readonly Counter<long> cancelled = Meter.CreateCounter<long>("notification_cancelled_total", null, "Deliveries cancelled in time.");
    private readonly Counter<long> requeued = Meter.CreateCounter<long>("notification_requeued_total", null, "Deliveries put back into the queue by hand.");
    private readonly KeyValuePair<string, object?>[] channels = [.. Enumerable.Range(0, 16).Select(Tag)];

    public void Accepted(IReadOnlyList<PlannedDelivery> deliveries)
    {
        for (var i = 0; i < deliveries.Count; i++)
            accepted.Add(1, channels[(int)deliveries[i].Channel]);
    }

    public void Cancelled(IReadOnlyList<DeliveryChange> deliveries)
    {
        foreach (var delivery in deliveries)
            cancelled.Add(1, channels[(int)delivery.Id.Channel]);
    }

    public void Requeued(IReadOnlyList<DeliveryChange> deliveries)
    {
        foreach (var delivery in deliveries)
            requeued.Add(1, channels[(int)delivery.Id.Channel]);
    }

    public void Replayed() => replayed.Add(1);

    /// <summary>By the limit that was reached, or as invalid.</summary>
    public void Refused(IReadOnlyList<RequestIssue> issues) =>
        refused.Add(1, new KeyValuePair<string, object?>("reason", issues.Count == 1 && issues[0].Code is DailyLimit.QuotaCode or DailyLimit.CapCode ? issues[0].Code : "invalid"));

    public void KeyMismatch() => refused.Add(1, new KeyValuePair<string, object?>("reason", "idempotency_mismatch"));

    public void Busy() => refused.Add(1, new KeyValuePair<string, object?>("reason", "busy"));

    private static KeyValuePair<string, object?> Tag(int channel) =>
        new("channel", ChannelKinds.All.Contains((ChannelKind)channel) ? ((ChannelKind)channel).ToName() : "unknown");
}
