using Microsoft.EntityFrameworkCore;
using Npgsql;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Channels.Routing;

/// <summary>Writes down that a provider is parked, and that it works again.</summary>
public sealed class ParkingStore(Database database, TenantStore store)
{
    private static readonly string Park = SqlText.Statement("provider_parkings_park");
    private static readonly string Lift = SqlText.Statement("provider_parkings_lift");

    /// <summary>True when nobody had written it yet.</summary>
    public async Task<bool> ParkAsync(TenantId tenant, ConfiguredProvider provider, Parking parking, CancellationToken cancellationToken)
    {
        var isNew = false;
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        batch.Add(
            tenant, Park,
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            new NpgsqlParameter<Guid> { TypedValue = provider.Id },
            new NpgsqlParameter<int> { TypedValue = provider.Revision },
            new NpgsqlParameter<string> { TypedValue = parking.Code },
            new NpgsqlParameter<string> { TypedValue = parking.Message });
        await batch.CommitAsync(_ => isNew = true, cancellationToken);
        return isNew;
    }

    /// <summary>A call was answered.</summary>
    public async Task LiftAsync(TenantId tenant, Guid provider, CancellationToken cancellationToken)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        batch.Add(tenant, Lift, new NpgsqlParameter<Guid> { TypedValue = tenant.Value }, new NpgsqlParameter<Guid> { TypedValue = provider });
        await batch.CommitAsync(read: null, cancellationToken);
    }

    /// <summary>A person tried it out and it works.</summary>
    public Task<int> LiftByHandAsync(TenantId tenant, Guid provider, CancellationToken cancellationToken) => store.RunAsync(
        tenant, (db, token) => db.Set<ProviderParking>().Where(row => row.ProviderId == provider).ExecuteDeleteAsync(token), cancellationToken);
}
