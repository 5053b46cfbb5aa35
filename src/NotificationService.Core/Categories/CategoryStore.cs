using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Categories;

/// <summary>A tenant's categories, as people edit them and as sends bring new ones.</summary>
public sealed class CategoryStore(TenantStore store, CategoryCatalog catalog, AuditLog audit, Ids ids, TimeProvider time)
{
    public const int MaxOfTenant = 500;

    private readonly ConcurrentDictionary<(TenantId, string), Lazy<Task<bool>>> noting = new();

    /// <summary>One page by key, and how many there are in all.</summary>
    public Task<(IReadOnlyList<Category> Items, int Total)> ListAsync(TenantId tenant, int skip, int take, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) =>
        {
            var rows = await db.Set<CategoryRow>().AsNoTracking().OrderBy(row => row.Key).Skip(skip).Take(take).ToListAsync(token);
            return ((IReadOnlyList<Category>)[.. rows.Select(row => row.ToCategory())], await db.Set<CategoryRow>().CountAsync(token));
        },
        cancellationToken);

    public Task<Category?> FindAsync(TenantId tenant, string idOrKey, CancellationToken cancellationToken) => store.RunAsync(
        tenant, async (db, token) => (await FindAsync(db, idOrKey, token))?.ToCategory(), cancellationToken);

    public Task<CategorySaved> CreateAsync(Caller by, string key, CategoryChange wanted, CancellationToken cancellationToken) => SaveAsync(
        by,
        async (db, token) =>
        {
            if (await TakeTurnAsync(db, by.Tenant, key, token) is { } refused)
                return refused;
            var row = New(by.Tenant, key);
            row.Write(wanted with { IsWhole = true });
            db.Add(row);
            audit.Record(db, by, "category.created", Target(row.Id), before: null, Fields(row));
            await db.SaveChangesAsync(token);
            return new CategorySaved.Saved(row.ToCategory());
        },
        cancellationToken);

    public async Task<CategorySaved> ChangeAsync(Caller by, string idOrKey, CategoryChange wanted, CancellationToken cancellationToken)
    {
        try
        {
            return await SaveAsync(
                by,
                async (db, token) =>
                {
                    if (await FindAsync(db, idOrKey, token) is not { } row)
                        return new CategorySaved.NotFound();
                    var before = Fields(row);
                    row.Write(wanted);
                    (row.UpdatedAt, row.Revision) = (time.GetUtcNow(), row.Revision + 1);
                    audit.Record(db, by, "category.changed", Target(row.Id), before, Fields(row));
                    await db.SaveChangesAsync(token);
                    return new CategorySaved.Saved(row.ToCategory());
                },
                cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new CategorySaved.ChangedMeanwhile();
        }
    }

    /// <summary>False when there was none.</summary>
    public async Task<bool> RemoveAsync(Caller by, string idOrKey, CancellationToken cancellationToken)
    {
        var isRemoved = await store.RunAsync(
            by.Tenant,
            async (db, token) =>
            {
                // Two who remove it at once: one row goes, and both learn that it is gone.
                if (await FindAsync(db, idOrKey, token) is not { } row || await db.Set<CategoryRow>().Where(found => found.Id == row.Id).ExecuteDeleteAsync(token) == 0)
                    return false;
                db.Entry(row).State = EntityState.Detached;
                audit.Record(db, by, "category.removed", Target(row.Id), Fields(row), after: null);
                await db.SaveChangesAsync(token);
                return true;
            },
            cancellationToken);
        catalog.Forget(by.Tenant);
        return isRemoved;
    }

    /// <summary>
    /// Makes a row of a key that a send has used first. Those who come with it at once, at this process, wait for one transaction. False: the tenant has as many as
    /// it may have.
    /// </summary>
    public Task<bool> NoteAsync(TenantId tenant, string key, CancellationToken cancellationToken) =>
        noting.GetOrAdd((tenant, key), static (wanted, notes) => new Lazy<Task<bool>>(() => notes.NoteAsync(wanted)), this).Value.WaitAsync(cancellationToken);

    /// <summary>Without the first caller's token: the others wait for the same answer.</summary>
    private async Task<bool> NoteAsync((TenantId Tenant, string Key) wanted)
    {
        // Leaves the lock of Lazy first.
        await Task.Yield();
        try
        {
            var refusal = await store.RunAsync(
                wanted.Tenant,
                async (db, token) =>
                {
                    var refused = await TakeTurnAsync(db, wanted.Tenant, wanted.Key, token);
                    if (refused is null)
                        db.Add(New(wanted.Tenant, wanted.Key));
                    await db.SaveChangesAsync(token);
                    return refused;
                },
                CancellationToken.None);
            return refusal is not CategorySaved.LimitReached;
        }
        finally
        {
            catalog.Forget(wanted.Tenant);
            noting.TryRemove(wanted, out _);
        }
    }

    private async Task<CategorySaved> SaveAsync(Caller by, Func<NotificationDbContext, CancellationToken, Task<CategorySaved>> work, CancellationToken cancellationToken)
    {
        var saved = await store.RunAsync(by.Tenant, work, cancellationToken);
        catalog.Forget(by.Tenant);
        return saved;
    }

    /// <summary>Null: there is room for it, and nobody else takes the key or the room until the transaction ends.</summary>
    private static async Task<CategorySaved?> TakeTurnAsync(NotificationDbContext db, TenantId tenant, string key, CancellationToken cancellationToken)
    {
        await TakeTurnAsync(db, tenant, cancellationToken);
        if (await db.Set<CategoryRow>().AnyAsync(row => row.Key == key, cancellationToken))
            return new CategorySaved.KeyTaken();
        return await db.Set<CategoryRow>().CountAsync(cancellationToken) >= MaxOfTenant ? new CategorySaved.LimitReached() : null;
    }

    /// <summary>Nobody else makes a category of the tenant until the transaction ends.</summary>
    internal static Task<int> TakeTurnAsync(NotificationDbContext db, TenantId tenant, CancellationToken cancellationToken) =>
        db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({tenant.Value.ToString()}, 33))", cancellationToken);

    private static Task<CategoryRow?> FindAsync(NotificationDbContext db, string idOrKey, CancellationToken cancellationToken) => Guid.TryParseExact(idOrKey, "D", out var id)
        ? db.Set<CategoryRow>().SingleOrDefaultAsync(row => row.Id == id, cancellationToken)
        : db.Set<CategoryRow>().SingleOrDefaultAsync(row => row.Key == idOrKey, cancellationToken);

    private CategoryRow New(TenantId tenant, string key) => CategoryRow.New(tenant, ids.Next(), key, time.GetUtcNow());

    private static string Target(Guid id) => $"category/{id}";

    private static AuditFields Fields(CategoryRow row) => new AuditFields().Text("key", row.Key).Text("name", row.Name).Members("names", row.Names).Members("channels", row.Channels)
        .Flag("critical", row.Critical).Flag("marketing", row.Marketing).Flag("digestable", row.Digestable).Number("expiresAfter", row.ExpiresAfter)
        .Number("throttle.max", row.ThrottleMax).Number("throttle.window", row.ThrottleWindow);
}
