using Microsoft.EntityFrameworkCore;
using NotificationService.Credentials;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>Reads endpoints for the people who edit them.</summary>
public sealed class WebhookEndpointStore(TenantStore store)
{
    /// <summary>For the rotation of master keys.</summary>
    public static readonly SealedTable SealedSecrets = SealedTable.Of("webhook_secrets_find_old", "webhook_secrets_reseal", "webhook_secrets_count_old");

    public Task<WebhookEndpointRow?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        (db, token) => db.Set<WebhookEndpointRow>().AsNoTracking().Include(row => row.Secrets).SingleOrDefaultAsync(row => row.Id == id, token),
        cancellationToken);

    /// <summary>One page in the order in which they were made, and how many there are in all.</summary>
    public Task<(IReadOnlyList<WebhookEndpointRow> Rows, int Total)> ListAsync(TenantId tenant, int skip, int take, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) =>
        {
            var all = db.Set<WebhookEndpointRow>().AsNoTracking();
            IReadOnlyList<WebhookEndpointRow> rows = await all.OrderBy(row => row.Id).Skip(skip).Take(take).Include(row => row.Secrets).ToListAsync(token);
            return (rows, await all.CountAsync(token));
        },
        cancellationToken);
}
