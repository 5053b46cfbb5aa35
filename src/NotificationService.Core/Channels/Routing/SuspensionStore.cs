using Microsoft.EntityFrameworkCore;
using Npgsql;
using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Channels.Routing;

/// <summary>Writes down that a provider is suspended, and that it works again.</summary>
public sealed class SuspensionStore(Database database)
{
    private static readonly string Suspend = SqlText.Statement("provider_suspensions_suspend");
    private static readonly string Lift = SqlText.Statement("provider_suspensions_lift");
    private static readonly short[] Classes = [.. Enum.GetValues<Priority>().Select(priority => (short)priority)];

    /// <summary>True when nobody had written it yet.</summary>
    public async Task<bool> SuspendAsync(TenantId tenant, ConfiguredProvider provider, Suspension suspension, CancellationToken cancellationToken)
    {
        var isNew = false;
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        batch.Add(
            tenant, Suspend,
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            new NpgsqlParameter<Guid> { TypedValue = provider.Id },
            new NpgsqlParameter<int> { TypedValue = provider.Revision },
            new NpgsqlParameter<string> { TypedValue = suspension.Code },
            new NpgsqlParameter<string> { TypedValue = suspension.Message });
        await batch.CommitAsync(_ => isNew = true, cancellationToken);
        return isNew;
    }

    /// <summary>A call was answered, or a person tried it out and it works: what waits is tried at once, by every worker.</summary>
    public async Task LiftAsync(TenantId tenant, Guid provider, CancellationToken cancellationToken)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        AddLift(batch, tenant, provider);
        await batch.CommitAsync(read: null, cancellationToken);
    }

    /// <summary>In the transaction that adds or changes the provider: both are seen, or neither is.</summary>
    public static async Task LiftAsync(NotificationDbContext db, TenantId tenant, Guid provider, CancellationToken cancellationToken)
    {
        await using var batch = TenantBatch.Within((NpgsqlConnection)db.Database.GetDbConnection());
        AddLift(batch, tenant, provider);
        await batch.RunAsync(read: null, cancellationToken);
    }

    private static void AddLift(TenantBatch batch, TenantId tenant, Guid provider) => batch.Add(
        tenant, Lift,
        new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
        new NpgsqlParameter<Guid> { TypedValue = provider },
        new NpgsqlParameter<short[]> { TypedValue = Classes });
}
