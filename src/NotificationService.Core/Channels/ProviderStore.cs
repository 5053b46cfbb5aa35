using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using NotificationService.Credentials;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Channels;

/// <summary>Reads providers and opens their credentials.</summary>
public sealed class ProviderStore(TenantStore store, CredentialVault vault, ReceiptAddresses receipts)
{
    /// <summary>For the rotation of master keys.</summary>
    public static readonly SealedTable SealedCredentials = SealedTable.Of("provider_credentials_find_old", "provider_credentials_reseal", "provider_credentials_count_old");

    public Task<ProviderRow?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        (db, token) => db.Set<ProviderRow>().AsNoTracking().Include(row => row.Credentials).Include(row => row.Suspension).SingleOrDefaultAsync(row => row.Id == id, token),
        cancellationToken);

    /// <summary>One page in the order in which they were made, and how many there are in all. The first <see cref="PageRequest.Reach"/> are looked at.</summary>
    public Task<(IReadOnlyList<ProviderRow> Rows, ListTotal Total)> ListAsync(
        TenantId tenant, ChannelKind? channel, int skip, int take, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) =>
        {
            var looked = db.Set<ProviderRow>().AsNoTracking().OrderBy(row => row.Id).Take(PageRequest.Reach + 1);
            var all = looked.Where(row => channel == null || row.Channel == channel);
            IReadOnlyList<ProviderRow> rows = await all.OrderBy(row => row.Id).Skip(skip).Take(take).Include(row => row.Credentials).Include(row => row.Suspension).ToListAsync(token);
            return (rows, ListTotal.Of(await looked.CountAsync(token), await all.CountAsync(token)));
        },
        cancellationToken);

    /// <summary>What the directory makes live providers of.</summary>
    public Task<IReadOnlyList<StoredProvider>> LoadEnabledAsync(TenantId tenant, ChannelKind channel, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) =>
        {
            var rows = await db.Set<ProviderRow>().AsNoTracking()
                .Where(row => row.Enabled && row.Channel == channel).Include(row => row.Credentials).Include(row => row.Suspension).ToListAsync(token);
            return (IReadOnlyList<StoredProvider>)[.. rows.Select(row => new StoredProvider(row, Open(row)))];
        },
        cancellationToken);

    /// <summary>Opens all credentials of a provider; one that cannot be opened makes the whole unusable.</summary>
    public OpenedProvider Open(ProviderRow row)
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var credential in row.Credentials)
        {
            switch (vault.Open(credential.Sealed, new CredentialAddress(row.TenantId, row.Id, credential.Field)))
            {
                case OpenedCredential.Readable readable:
                    secrets.Add(credential.Field, readable.Secret);
                    break;
                case OpenedCredential.Unreadable unreadable:
                    return new OpenedProvider.Unusable(unreadable.Reason);
            }
        }

        return new OpenedProvider.Usable(Configuration(row, secrets) with { ReceiptUrl = receipts.Of(row.Type, row.Id) });
    }

    internal static ProviderConfiguration Configuration(ProviderRow row, IReadOnlyDictionary<string, string> secrets) =>
        new(row.Id, row.TenantId, row.Channel, row.Type, row.Name, secrets, JsonElement.Parse(row.Settings));
}
