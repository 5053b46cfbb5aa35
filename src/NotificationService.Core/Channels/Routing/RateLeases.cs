using Npgsql;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Channels.Routing;

/// <summary>One provider's rate, shared by all workers through one row.</summary>
public sealed class RateLeases(Database database, TenantId tenant, Guid provider, int perSecond, TimeProvider time)
{
    private static readonly string Lease = SqlText.Statement("provider_rates_lease");
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public int PerSecond => perSecond;

    /// <summary>Calls that may begin soon; null when others hold what there is for now, or the database is away: then ask again.</summary>
    public async Task<RateLease?> LeaseAsync(int calls, CancellationToken cancellationToken)
    {
        await Task.Yield(); // whoever asks holds a lock
        try
        {
            RateLease? granted = null;
            await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
            batch.Add(
                tenant, Lease,
                new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
                new NpgsqlParameter<Guid> { TypedValue = provider },
                new NpgsqlParameter<int> { TypedValue = calls },
                new NpgsqlParameter<int> { TypedValue = perSecond });
            await batch.CommitAsync(row => granted = new RateLease(calls, TimeSpan.FromSeconds(Math.Max(0, row.GetDouble(0)))), cancellationToken);
            if (granted is null)
                await Task.Delay(Pause, time, cancellationToken);
            return granted;
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            // No rate, no calls: they wait until the database is back, as everything does.
            await Task.Delay(Pause, time, cancellationToken);
            return null;
        }
    }
}
