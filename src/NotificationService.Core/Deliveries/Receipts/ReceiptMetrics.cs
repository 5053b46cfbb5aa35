using System.Diagnostics.Metrics;
using NotificationService.Channels;

namespace NotificationService.Deliveries.Receipts;

/// <summary>What providers report and what comes of it. Tags come from closed sets.</summary>
public sealed class ReceiptMetrics
{
    private static readonly Meter Meter = Telemetry.Telemetry.Meter;

    private readonly Counter<long> kept = Meter.CreateCounter<long>("notification_receipts_total", null, "Receipts kept.");
    private readonly Counter<long> repeated = Meter.CreateCounter<long>("notification_receipts_repeated_total", null, "Receipts that had been kept before.");
    private readonly Counter<long> refused = Meter.CreateCounter<long>("notification_receipts_refused_total", null, "Requests to the receipts' address that were refused, by the reason.");
    private readonly Counter<long> ended = Meter.CreateCounter<long>("notification_receipts_ended_total", null, "Receipts by what is reported and what became of it.");
    private readonly Histogram<double> lag = Meter.CreateHistogram<double>("notification_receipt_lag_seconds", "s", "From the receipt's arrival until it was applied.");

    public void Kept(int rows, int repeats)
    {
        if (rows > 0)
            kept.Add(rows);
        if (repeats > 0)
            repeated.Add(repeats);
    }

    /// <param name="reason">unknown, refused, malformed, too_large, too_slow, too_many, busy or unusable.</param>
    public void Refused(string reason) => refused.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Ended(ReceiptKind kind, ReceiptState state, TimeSpan took)
    {
        ended.Add(1, new("kind", kind.ToName()), new("state", state.ToName()));
        lag.Record(Math.Max(0, took.TotalSeconds));
    }
}
