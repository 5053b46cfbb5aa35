using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Categories;

/// <summary>The categories of the demo tenant, as far as it lacks them. What somebody has changed since stays as it is.</summary>
public sealed class CategorySeed(TenantStore store, CategoryCatalog catalog, Ids ids, TimeProvider time)
{
    private static readonly (string Key, string Name, string French, bool Critical, bool Marketing)[] Demo =
    [
        ("account", "Your account", "Votre compte", false, false),
        ("security", "Security", "Sécurité", true, false),
        ("shipping", "Shipping", "Livraison", false, false),
        ("support", "Support", "Assistance", false, false),
        ("news", "News and offers", "Actualités et offres", false, true),
    ];

    public async Task RunAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        await store.RunAsync(
            tenant,
            async (db, token) =>
            {
                await CategoryStore.TakeTurnAsync(db, tenant, token);
                var there = await db.Set<CategoryRow>().Select(row => row.Key).ToListAsync(token);
                db.AddRange(Demo.Where(one => !there.Contains(one.Key)).Select(one => CategoryRow.New(tenant, ids.Next(), one.Key, time.GetUtcNow()).With(
                    new CategoryChange(one.Name, new Dictionary<string, string> { ["en"] = one.Name, ["fr"] = one.French }, null, one.Critical, one.Marketing, null, null, null))));
                return await db.SaveChangesAsync(token);
            },
            cancellationToken);
        catalog.Forget(tenant);
    }
}
