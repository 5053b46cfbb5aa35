using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Lookups;

/// <summary>The values of choice lists: the service's own, read once in a process, and what a tenant adds. The service's own are nobody's to change.</summary>
public sealed class LookupStore(TenantStore store, AuditLog audit, Ids ids, TimeProvider time)
{
    /// <summary>Of a tenant's own, of all lists together.</summary>
    public const int MaxOfTenant = 1_000;

    /// <summary>What migrations have put there: it stays as it is while a process runs.</summary>
    private volatile IReadOnlyList<Lookup>? system;

    /// <summary>Of one list or of all, by list; in each the service's own first, then the tenant's, both in their order.</summary>
    public Task<IReadOnlyList<Lookup>> ListAsync(TenantId tenant, string? type, CancellationToken cancellationToken) => store.RunAsync<IReadOnlyList<Lookup>>(
        tenant,
        async (db, token) =>
        {
            var own = await db.Set<LookupRow>().AsNoTracking().Where(row => type == null || row.Type == type)
                .OrderBy(row => row.Type).ThenBy(row => row.Position).ThenBy(row => row.Code).Take(MaxOfTenant).ToListAsync(token);
            return [.. (await SystemAsync(db, token)).Where(value => type is null || value.Type == type).Concat(own.Select(Lookup.Of)).OrderBy(value => value.Type, StringComparer.Ordinal)];
        },
        cancellationToken);

    /// <summary>One of the tenant's own.</summary>
    public Task<Lookup?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, token) => await db.Set<LookupRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, token) is { } row ? Lookup.Of(row) : null,
        cancellationToken);

    public Task<LookupSaved> CreateAsync(Caller by, string type, string code, LookupChange wanted, CancellationToken cancellationToken) => store.RunAsync<LookupSaved>(
        by.Tenant,
        async (db, token) =>
        {
            // Two at once take turns, so that together they do not pass the limit, and the second finds the first one's code.
            await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({by.Tenant.Value.ToString()}, 19))", token);
            if ((await SystemAsync(db, token)).Any(value => value.Type == type && value.Code == code) || await db.Set<LookupRow>().AnyAsync(row => row.Type == type && row.Code == code, token))
                return new LookupSaved.CodeTaken();
            if (await db.Set<LookupRow>().CountAsync(token) >= MaxOfTenant)
                return new LookupSaved.LimitReached();
            var now = time.GetUtcNow();
            var row = new LookupRow
            {
                TenantId = by.Tenant,
                Id = ids.Next(),
                Type = type,
                Code = code,
                Labels = Lookup.Json(wanted.Labels ?? new Dictionary<string, string>()),
                Position = wanted.Order ?? 0,
                Active = wanted.Active ?? true,
                Revision = 1,
                CreatedAt = now,
                UpdatedAt = now,
            };
            db.Add(row);
            audit.Record(db, by, "lookup.created", Target(row.Id), before: null, Fields(row));
            await db.SaveChangesAsync(token);
            return new LookupSaved.Saved(Lookup.Of(row));
        },
        cancellationToken);

    public async Task<LookupSaved> UpdateAsync(Caller by, Guid id, LookupChange change, CancellationToken cancellationToken)
    {
        try
        {
            return await store.RunAsync<LookupSaved>(
                by.Tenant,
                async (db, token) =>
                {
                    if (await db.Set<LookupRow>().SingleOrDefaultAsync(row => row.Id == id, token) is not { } row)
                        return new LookupSaved.NotFound();
                    var before = Fields(row);
                    row.Labels = change.Labels is { } labels ? Lookup.Json(labels) : row.Labels;
                    (row.Position, row.Active, row.UpdatedAt) = (change.Order ?? row.Position, change.Active ?? row.Active, time.GetUtcNow());
                    row.Revision++;
                    audit.Record(db, by, "lookup.changed", Target(id), before, Fields(row));
                    await db.SaveChangesAsync(token);
                    return new LookupSaved.Saved(Lookup.Of(row));
                },
                cancellationToken);
        }
        catch (DbUpdateConcurrencyException)
        {
            return new LookupSaved.ChangedMeanwhile();
        }
    }

    /// <summary>False when there was none.</summary>
    public Task<bool> RemoveAsync(Caller by, Guid id, CancellationToken cancellationToken) => store.RunAsync(
        by.Tenant,
        async (db, token) =>
        {
            if (await db.Set<LookupRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, token) is not { } row
                || await db.Set<LookupRow>().Where(found => found.Id == id).ExecuteDeleteAsync(token) == 0)
            {
                return false;
            }

            audit.Record(db, by, "lookup.removed", Target(id), Fields(row), after: null);
            await db.SaveChangesAsync(token);
            return true;
        },
        cancellationToken);

    private async Task<IReadOnlyList<Lookup>> SystemAsync(NotificationDbContext db, CancellationToken cancellationToken) =>
        system ??= [.. (await db.Set<SystemLookupRow>().AsNoTracking().OrderBy(row => row.Type).ThenBy(row => row.Position).ToListAsync(cancellationToken)).Select(Lookup.Of)];

    private static string Target(Guid id) => $"lookup/{id}";

    private static AuditFields Fields(LookupRow row) =>
        new AuditFields().Text("type", row.Type).Text("code", row.Code).Members("labels", row.Labels).Number("order", row.Position).Flag("active", row.Active);
}
