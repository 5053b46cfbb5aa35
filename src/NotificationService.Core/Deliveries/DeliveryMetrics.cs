using System.Diagnostics;
using System.Diagnostics.Metrics;
using NotificationService.Channels;

namespace NotificationService.Deliveries;

/// <summary>What the queue and the workers count. Tags come from closed sets; a provider is named by its type.</summary>
public sealed class DeliveryMetrics
{
    private static readonly Meter Meter = Telemetry.Telemetry.Meter;

    private readonly Counter<long> sent = Meter.CreateCounter<long>("notification_sent_total", null, "Deliveries that a provider took.");
    private readonly Counter<long> failed = Meter.CreateCounter<long>("notification_failed_total", null, "Deliveries that failed for good, by kind of failure.");
    private readonly Counter<long> retried = Meter.CreateCounter<long>("notification_retried_total", null, "Deliveries put back to be tried again.");
    private readonly Counter<long> expired = Meter.CreateCounter<long>("notification_expired_total", null, "Deliveries whose expiresAt passed.");
    private readonly Counter<long> ambiguous = Meter.CreateCounter<long>("notification_ambiguous_total", null, "Calls of which nobody knows whether they sent.");
    private readonly Counter<long> rescued = Meter.CreateCounter<long>("notification_rescued_total", null, "Deliveries taken back from workers that were lost.");
    private readonly Counter<long> stale = Meter.CreateCounter<long>("notification_stale_results_total", null, "Results that came after the lease was lost and changed nothing.");
    private readonly Counter<long> claims = Meter.CreateCounter<long>("notification_claims_total", null, "Claim statements.");
    private readonly Counter<long> claimed = Meter.CreateCounter<long>("notification_claimed_total", null, "Deliveries claimed.");
    private readonly Counter<long> suspended = Meter.CreateCounter<long>("notification_provider_parked_total", null, "Times a provider's account turned out not to work.");
    private readonly Histogram<double> dwell = Meter.CreateHistogram<double>("notification_dwell_seconds", "s", "From accepted, or due if that was later, to the first provider call.");
    private readonly Histogram<double> provider = Meter.CreateHistogram<double>("notification_provider_seconds", "s", "Duration of a provider call.");
    private readonly UpDownCounter<long> inFlight = Meter.CreateUpDownCounter<long>("notification_in_flight", null, "Provider calls under way.");

    public void Claimed(int rows)
    {
        claims.Add(1);
        if (rows > 0)
            claimed.Add(rows);
    }

    public void CallBegins(ClaimedDelivery delivery, TimeSpan waited)
    {
        inFlight.Add(1);
        if (delivery.Attempts == 0)
            dwell.Record(Math.Max(0, waited.TotalSeconds), new TagList { { "channel", delivery.Channel.ToName() }, { "priority", delivery.Priority.ToName() } });
    }

    public void CallEnds(ChannelKind channel, string type, ProviderResult result, TimeSpan took)
    {
        inFlight.Add(-1);
        provider.Record(took.TotalSeconds, new TagList { { "channel", channel.ToName() }, { "provider", type }, { "outcome", Outcome(result) } });
    }

    public void Completed(DeliveryResult result)
    {
        var channel = new KeyValuePair<string, object?>("channel", result.Delivery.Channel.ToName());
        if (result.Attempt?.Outcome == AttemptOutcome.Ambiguous)
            ambiguous.Add(1, channel);
        if (result.Rescued)
            rescued.Add(1, channel);
        switch (result.Status)
        {
            case DeliveryStatus.Sent or DeliveryStatus.Delivered:
                sent.Add(1, channel);
                break;
            case DeliveryStatus.Failed:
                failed.Add(1, channel, new("kind", result.Failure?.Kind.ToName()));
                break;
            case DeliveryStatus.Expired:
                expired.Add(1, channel);
                break;
            case DeliveryStatus.Queued when result.Attempt is not null:
                retried.Add(1, channel);
                break;
        }
    }

    public void Suspended(string type) => suspended.Add(1, new KeyValuePair<string, object?>("provider", type));

    public void StaleResult(ChannelKind channel) => stale.Add(1, new KeyValuePair<string, object?>("channel", channel.ToName()));

    private static string Outcome(ProviderResult result) => result switch
    {
        ProviderResult.Accepted => "accepted",
        ProviderResult.Rejected => "rejected",
        ProviderResult.Deferred => "deferred",
        _ => "ambiguous",
    };
}
