using NotificationService.Deliveries;

namespace NotificationService.Batches;

/// <summary>A batch as it stands: exact at the moment it was read, and as cheap for ten million items as for ten.</summary>
/// <param name="ClosedAt">When it was completed or cancelled.</param>
/// <param name="EndedAt">When a worker found that nothing of it waits any more.</param>
/// <param name="Accepted">Items that are notifications.</param>
/// <param name="RatePerSecond">Deliveries that ended in a second, over the last half minute at most; null where nobody can say.</param>
/// <param name="EtaSeconds">How long what is pending takes at that rate; null where nobody can say.</param>
/// <param name="Counts">Deliveries by status; what is scheduled, queued or being sent counts as <see cref="Pending"/>.</param>
public sealed record Batch(
    Guid Id, BatchState State, bool Live, string? Reference, DateTimeOffset CreatedAt, DateTimeOffset? ClosedAt, DateTimeOffset? EndedAt,
    int Chunks, long Accepted, long Rejected, long Repeated, IReadOnlyDictionary<DeliveryStatus, long> Counts, long Pending, double? RatePerSecond, double? EtaSeconds)
{
    public long Total => Pending + Counts.Values.Sum();

    public long Ended => Total - Pending;

    /// <summary>0 to 1, of what has come so far.</summary>
    public double Progress => Total == 0 ? 0 : (double)Ended / Total;
}
