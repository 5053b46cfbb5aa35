using System.Text;
using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Recipients.Preferences;

/// <summary>Preferences, and how often they have been saved: 0 for a person who never said anything.</summary>
public sealed record VersionedPreferences(long Version, PersonPreferences Says);

/// <summary>What came of saving preferences.</summary>
public abstract record PreferencesSaved
{
    private PreferencesSaved()
    {
    }

    public sealed record Saved(VersionedPreferences Now) : PreferencesSaved;

    /// <summary>Somebody saved others since they were read.</summary>
    public sealed record Stale(long Version) : PreferencesSaved;

    public sealed record TooLarge : PreferencesSaved;
}

/// <summary>What people of a tenant want, as they or the tenant's backend read and write it. Both modes use the same ones.</summary>
public sealed class PreferenceStore(TenantStore store, ObjectingTenants tenants, TimeProvider time)
{
    /// <summary>Of one person's, as JSON: it is loaded with everything that the person is sent.</summary>
    public const int MaxBytes = 32 * 1024;

    private const int MaxTries = 5;

    public Task<VersionedPreferences> FindAsync(TenantId tenant, string userId, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) => await db.Set<RecipientPreferencesRow>().AsNoTracking().SingleOrDefaultAsync(row => row.UserId == userId, token) is { } row
            ? new VersionedPreferences(row.Version, RecipientPreferencesRow.Read(row.Says))
            : new VersionedPreferences(0, PersonPreferences.None),
        cancellationToken);

    /// <summary>Replaces what there is; opt-outs that are not given stay as they are.</summary>
    /// <param name="tenant">Whose person it is.</param>
    /// <param name="userId">The person.</param>
    /// <param name="wanted">All of it.</param>
    /// <param name="version">As of which it was changed; null for whatever is there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<PreferencesSaved> SaveAsync(TenantId tenant, string userId, PersonPreferences wanted, long? version, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var saved = await store.RunAsync(tenant, (db, token) => SaveAsync(db, tenant, userId, wanted, version, token), cancellationToken);
                tenants.Forget(tenant);
                return saved;
            }
            catch (DbUpdateException) when (attempt < MaxTries)
            {
                // Somebody saved at the same moment, for the first time or once more. Looked at again, it is stale, or there is nothing that it could be stale to.
            }
        }
    }

    /// <summary>As they are stored.</summary>
    internal static PersonPreferences Read(string says) => RecipientPreferencesRow.Read(says);

    private async Task<PreferencesSaved> SaveAsync(NotificationDbContext db, TenantId tenant, string userId, PersonPreferences wanted, long? version, CancellationToken cancellationToken)
    {
        var row = await db.Set<RecipientPreferencesRow>().SingleOrDefaultAsync(found => found.UserId == userId, cancellationToken);
        if (version is { } expected && expected != (row?.Version ?? 0))
            return new PreferencesSaved.Stale(row?.Version ?? 0);
        var says = wanted.OptOuts is null && row is not null ? wanted with { OptOuts = RecipientPreferencesRow.Read(row.Says).OptOuts } : wanted;
        var json = RecipientPreferencesRow.Write(says);
        if (json.Length > MaxBytes)
            return new PreferencesSaved.TooLarge();
        if (row is null)
        {
            row = new RecipientPreferencesRow { TenantId = tenant, UserId = userId, Version = 0, Says = "", UpdatedAt = default };
            db.Add(row);
        }

        (row.Version, row.Says, row.UpdatedAt) = (row.Version + 1, Encoding.UTF8.GetString(json), time.GetUtcNow());
        await db.SaveChangesAsync(cancellationToken);
        return new PreferencesSaved.Saved(new VersionedPreferences(row.Version, says));
    }
}
