using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Templates.History;

/// <summary>The names of those who wrote, for people who read what they wrote.</summary>
public sealed class AuthorNames(TenantStore store)
{
    /// <summary>Of the tenant's people and service accounts; whoever is gone has none.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> OfAsync(TenantId tenant, IReadOnlyList<Guid> ids, CancellationToken cancellationToken) => ids.Count == 0
        ? new Dictionary<Guid, string>()
        : await store.RunAsync(
            tenant,
            async (db, cancel) =>
            {
                var names = await db.Set<User>().AsNoTracking().Where(user => ids.Contains(user.Id)).ToDictionaryAsync(user => user.Id, user => user.Name, cancel);
                foreach (var account in await db.Set<ServiceAccount>().AsNoTracking().Where(account => ids.Contains(account.Id)).Select(account => new { account.Id, account.Name }).ToListAsync(cancel))
                    names[account.Id] = account.Name;
                return names;
            },
            cancellationToken);
}
