using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Ledger;

/// <summary>Reads the ledger.</summary>
public sealed class LedgerStore(Database database, TimeProvider time)
{
    /// <summary>How many deliveries of a part of an hour are looked at; where there are more, the whole hour is counted.</summary>
    public const int MaxLooked = 20_000;

    private const short Pending = 0;

    private static readonly Statement Find = Statement.Load("ledger_find");
    private static readonly Column Channel = Find.Column("channel");
    private static readonly Column Status = Find.Column("status");
    private static readonly Column Accepted = Find.Column("accepted");
    private static readonly Column Count = Find.Column("n");

    /// <summary>Of one snapshot.</summary>
    /// <param name="tenant">Whose deliveries.</param>
    /// <param name="live">Of which mode; null for both.</param>
    /// <param name="since">The beginning. Hours in which very much was accepted are counted whole.</param>
    /// <param name="until">The end; null for now.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public async Task<DeliveryLedger> FindAsync(TenantId tenant, bool? live, DateTimeOffset since, DateTimeOffset? until, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (end, isOpen) = (until ?? now, until is null || until >= now);
        return await ReadAsync(tenant, live, LedgerRange.Of(since, end, isOpen), cancellationToken)
            ?? (await ReadAsync(tenant, live, LedgerRange.Whole(since, end, isOpen), cancellationToken))!;
    }

    /// <summary>Null where an end has more deliveries than are looked at.</summary>
    private async Task<DeliveryLedger?> ReadAsync(TenantId tenant, bool? live, LedgerRange range, CancellationToken cancellationToken)
    {
        var rows = new List<(ChannelKind Channel, short Status, long Accepted, long Count)>();
        var isCut = false;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Find.With(
            Parameter.Of("tenant", tenant.Value), Parameter.Modes("modes", live), Parameter.Of("from_hour", range.FromHour), Parameter.Of("before_hour", range.BeforeHour),
            Parameter.Of<Guid[]>("first_ids", [.. range.Ends.Select(edge => edge.From)]), Parameter.Of<Guid[]>("before_ids", [.. range.Ends.Select(edge => edge.Before)]), Parameter.Of("max", MaxLooked)));
        await batch.CommitAsync(
            row =>
            {
                if (row.IsDBNull(Channel))
                    isCut = true;
                else
                    rows.Add(((ChannelKind)row.GetInt16(Channel), row.GetInt16(Status), row.GetInt64(Accepted), row.GetInt64(Count)));
            },
            cancellationToken);
        if (isCut)
            return null;
        var channels = ChannelKinds.All.ToDictionary(channel => channel, channel => Tally([.. rows.Where(row => row.Channel == channel)]));
        return new DeliveryLedger(range.Since, range.Until, channels);
    }

    private static LedgerTally Tally(IReadOnlyList<(ChannelKind Channel, short Status, long Accepted, long Count)> rows) => new(
        rows.Sum(row => row.Accepted), rows.Where(row => row.Status == Pending).Sum(row => row.Count),
        rows.Where(row => row.Status != Pending).ToDictionary(row => (DeliveryStatus)row.Status, row => row.Count));
}
