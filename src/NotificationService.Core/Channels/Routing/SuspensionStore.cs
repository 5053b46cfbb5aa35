using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Channels.Routing;

/// <summary>Writes down that a provider is suspended, and that it works again.</summary>
public sealed class SuspensionStore(Database database)
{
    private static readonly Statement Suspend = Statement.Load("provider_suspensions_suspend");
    private static readonly Statement Lift = Statement.Load("provider_suspensions_lift");
    private static readonly Column Hastened = Lift.Column("hastened");

    /// <summary>Deliveries of a lane that one statement looks at.</summary>
    private const int BatchSize = 10_000;

    /// <summary>Statements for one change of a provider; what waits beyond them is tried at its own time.</summary>
    private const int MaxBatches = 20;

    /// <summary>What an account was refused for waits ten minutes at most.</summary>
    private static readonly TimeSpan RefusedWithin = TimeSpan.FromMinutes(11);

    /// <summary>What found no provider at all waits by its channel's schedule: no step of it is longer.</summary>
    public static readonly TimeSpan UnservedWithin = TimeSpan.FromHours(15);

    private static readonly short[] Classes = [.. Enum.GetValues<Priority>().Select(priority => (short)priority)];

    /// <summary>True when nobody had written it yet.</summary>
    public async Task<bool> SuspendAsync(TenantId tenant, ConfiguredProvider provider, Suspension suspension, CancellationToken cancellationToken)
    {
        var isNew = false;
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        batch.Add(
            tenant,
            Suspend.With(
                Parameter.Of("tenant", tenant.Value),
                Parameter.Of("provider", provider.Id),
                Parameter.Of("revision", provider.Revision),
                Parameter.Of("code", suspension.Code),
                Parameter.Of("message", suspension.Message)));
        await batch.CommitAsync(_ => isNew = true, cancellationToken);
        return isNew;
    }

    /// <summary>A call was answered: what waits is tried at once, by every worker.</summary>
    public async Task LiftAsync(TenantId tenant, Guid provider, CancellationToken cancellationToken)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        AddLift(batch, tenant, provider, RefusedWithin);
        await batch.CommitAsync(read: null, cancellationToken);
    }

    /// <summary>
    /// In the transaction that adds or changes the provider: both are seen, or neither is. What found no provider at all waits by the whole schedule, so
    /// this looks as far ahead. Says whether more may be waiting than it looked at: for <see cref="LiftRestAsync"/>.
    /// </summary>
    public static async Task<bool> LiftAsync(NotificationDbContext db, TenantId tenant, Guid provider, CancellationToken cancellationToken)
    {
        var hastened = 0;
        await using var batch = TenantBatch.Within((NpgsqlConnection)db.Database.GetDbConnection());
        AddLift(batch, tenant, provider, UnservedWithin);
        await batch.RunAsync((row, _) => hastened = row.GetInt32(Hastened), cancellationToken);
        return hastened > 0;
    }

    /// <summary>After that transaction, in transactions of its own. A process that dies in between, or a database that refuses, leaves the rest to the schedule.</summary>
    public static async Task LiftRestAsync(TenantStore store, TenantId tenant, Guid provider, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            for (var (batch, isMore) = (1, true); isMore && batch < MaxBatches; batch++)
                isMore = await store.RunAsync(tenant, (db, token) => LiftAsync(db, tenant, provider, token), cancellationToken);
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            // The provider is saved, and whoever saved it is answered so.
            logger.LiftRefused(provider, Outage.Reason(exception));
        }
    }

    private static void AddLift(TenantBatch batch, TenantId tenant, Guid provider, TimeSpan within) => batch.Add(
        tenant,
        Lift.With(
            Parameter.Of("tenant", tenant.Value),
            Parameter.Of("provider", provider),
            Parameter.Of("classes", Classes),
            Parameter.Of("within", within),
            Parameter.Of("max", BatchSize)));
}
