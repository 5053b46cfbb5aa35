using NotificationService.Channels;

namespace NotificationService.Ledger;

/// <summary>How many deliveries were accepted in a stretch of time, and where they stand now.</summary>
/// <param name="Since">Its beginning, as it was counted.</param>
/// <param name="Until">Its end, which belongs to it no more.</param>
/// <param name="Channels">Every channel.</param>
public sealed record DeliveryLedger(DateTimeOffset Since, DateTimeOffset Until, IReadOnlyDictionary<ChannelKind, LedgerTally> Channels)
{
    /// <summary>The longest stretch that is counted.</summary>
    public static readonly TimeSpan LongestRange = TimeSpan.FromDays(92);

    public bool IsBalanced => Channels.Values.All(tally => tally.IsBalanced);
}
