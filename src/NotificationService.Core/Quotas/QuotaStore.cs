using NotificationService.Storage;

namespace NotificationService.Quotas;

/// <summary>What all nodes have leased of each day's limits, in PostgreSQL.</summary>
public sealed class QuotaStore(Database database)
{
    private static readonly Statement Take = Statement.Load("daily_counts_take");
    private static readonly Column Granted = Take.Column("granted");
    private static readonly Column Near = Take.Column("near");
    private static readonly Column Reached = Take.Column("reached");
    private static readonly Statement Return = Statement.Load("daily_counts_return");
    private static readonly Statement Purge = Statement.Load("daily_counts_purge");

    /// <summary>Up to so many of what is left, and whether the tenant is notified of it now; 0: nothing is left.</summary>
    public async Task<QuotaLease> TakeAsync(DailyLimit limit, long amount, CancellationToken cancellationToken)
    {
        QuotaLease? lease = null;
        while (true)
        {
            await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
            batch.Add(limit.Tenant, Take.With(
                Parameter.Of("tenant", limit.Tenant.Value), Parameter.Of("day", limit.Day.Date), Parameter.Of("counter", limit.Counter), Parameter.Of("amount", amount), Parameter.Of("quota", limit.Quota),
                Parameter.Of("channel", (short)limit.Channel), Parameter.OrNull("prefix", limit.Prefix), Parameter.Of("ends_at", limit.Day.Ends)));
            await batch.CommitAsync(row => lease = new QuotaLease(row.GetInt64(Granted), !row.IsDBNull(Near) || !row.IsDBNull(Reached)), cancellationToken);
            if (lease is { } granted)
                return granted;
            // Another node's was the first lease of this day; now there is a row.
        }
    }

    /// <summary>Gives back what was leased and not used.</summary>
    public async Task ReturnAsync(DailyLimit limit, long amount, CancellationToken cancellationToken)
    {
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(limit.Tenant, Return.With(
            Parameter.Of("tenant", limit.Tenant.Value), Parameter.Of("day", limit.Day.Date), Parameter.Of("counter", limit.Counter), Parameter.Of("amount", amount)));
        await batch.CommitAsync(null, cancellationToken);
    }

    /// <summary>Removes the counts of days that have ended everywhere; how many, at most so many as asked for.</summary>
    public async Task<int> PurgeAsync(int max, CancellationToken cancellationToken)
    {
        await using var command = Purge.With(Parameter.Of("max", max)).On(database.Worker);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

/// <param name="Granted">How many may be accepted.</param>
/// <param name="IsNews">An event was written with it.</param>
public readonly record struct QuotaLease(long Granted, bool IsNews);
