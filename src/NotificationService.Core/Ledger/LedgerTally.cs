using NotificationService.Deliveries;

namespace NotificationService.Ledger;

/// <summary>The deliveries of one channel.</summary>
/// <param name="Accepted">How many were accepted: counted apart from where they stand.</param>
/// <param name="Pending">Scheduled, queued or being sent.</param>
/// <param name="Statuses">The others, by where they stand.</param>
public sealed record LedgerTally(long Accepted, long Pending, IReadOnlyDictionary<DeliveryStatus, long> Statuses)
{
    /// <summary>Whether each that was accepted stands in exactly one place.</summary>
    public bool IsBalanced => Accepted == Pending + Statuses.Values.Sum() && Pending >= 0 && Statuses.Values.All(count => count >= 0);

    public long this[DeliveryStatus status] => Statuses.GetValueOrDefault(status);
}
