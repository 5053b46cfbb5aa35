using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Templates.Fragments;

/// <summary>
/// Layouts and partials as people read and edit them. A change changes no template by itself: what is published was made of the text as it was, and is
/// made again when somebody publishes again.
/// </summary>
public sealed class FragmentStore(TenantStore store, AuditLog audit, TimeProvider time)
{
    /// <summary>A page by key of the tenant's own, or of every tenant's.</summary>
    public Task<(IReadOnlyList<FragmentSummary> Items, int Total)> ListAsync(
        TenantId tenant, FragmentKind kind, bool shared, int offset, int limit, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, cancel) => shared
            ? await PageAsync(db.Set<SharedFragment>(), kind, offset, limit, cancel)
            : await PageAsync(db.Set<Fragment>(), kind, offset, limit, cancel),
        cancellationToken);

    public Task<StoredFragment?> FindAsync(TenantId tenant, FragmentKind kind, string key, CancellationToken cancellationToken) =>
        store.RunAsync(tenant, async (db, cancel) => await FindAsync(db, kind, key, cancel), cancellationToken);

    public async Task<FragmentChange> CreateAsync(Author author, FragmentKind kind, NewFragment wanted, CancellationToken cancellationToken)
    {
        if (!MayWrite(author, wanted.Key))
            return new FragmentChange.OfThePlatform();
        var (contents, issues) = LoadedFragment.Read(kind, wanted.Key, wanted.Contents);
        if (contents is null)
            return new FragmentChange.Refused(issues);
        return await store.RunAsync<FragmentChange>(
            author.Tenant,
            async (db, cancel) =>
            {
                // Two at once take turns, so that neither takes the other's key or the last free place.
                var owner = FragmentKey.IsShared(wanted.Key) ? "shared" : author.Tenant.Value.ToString();
                await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({owner}, 17))", cancel);
                if (await FindAsync(db, kind, wanted.Key, cancel) is not null)
                    return new FragmentChange.KeyTaken();
                if (await CountAsync(db, kind, wanted.Key, cancel) >= FragmentLimits.OfTenant)
                    return new FragmentChange.Conflict("too_many", $"There are {FragmentLimits.OfTenant} {kind.ToName()}s, and no more can be.");
                if (await MisfitsAsync(db, kind, wanted.Key, contents.Includes, cancel) is { Count: > 0 } misfits)
                    return new FragmentChange.Refused(misfits);
                var fragment = New(author, kind, wanted, contents);
                db.Add(fragment);
                author.Record(audit, db, $"{kind.ToName()}.created", $"{kind.ToName()}/{wanted.Key}", before: null, Fields(fragment));
                await db.SaveChangesAsync(cancel);
                return new FragmentChange.Done(fragment);
            },
            cancellationToken);
    }

    public async Task<FragmentChange> UpdateAsync(Author author, FragmentKind kind, string key, FragmentEdit edit, CancellationToken cancellationToken)
    {
        // Another tenant's is not there, whatever was sent for it.
        if (await FindAsync(author.Tenant, kind, key, cancellationToken) is null)
            return new FragmentChange.NotFound();
        if (!MayWrite(author, key))
            return new FragmentChange.OfThePlatform();
        LoadedFragment? contents = null;
        if (edit.Contents is not null)
        {
            (contents, var issues) = LoadedFragment.Read(kind, key, edit.Contents);
            if (contents is null)
                return new FragmentChange.Refused(issues);
        }

        return await store.RunAsync<FragmentChange>(
            author.Tenant,
            async (db, cancel) =>
            {
                if (await FindAsync(db, kind, key, cancel) is not { } fragment)
                    return new FragmentChange.NotFound();
                if (contents is not null && await MisfitsAsync(db, kind, key, contents.Includes, cancel) is { Count: > 0 } misfits)
                    return new FragmentChange.Refused(misfits);
                db.Attach(fragment);
                var before = Fields(fragment);
                Write(author, fragment, edit, contents);
                author.Record(audit, db, $"{kind.ToName()}.changed", $"{kind.ToName()}/{key}", before, Fields(fragment));
                try
                {
                    await db.SaveChangesAsync(cancel);
                }
                catch (DbUpdateConcurrencyException)
                {
                    return new FragmentChange.Conflict("conflict", "Somebody else changed it at the same moment. Read it again.");
                }

                return new FragmentChange.Done(fragment);
            },
            cancellationToken);
    }

    public Task<FragmentChange> RemoveAsync(Author author, FragmentKind kind, string key, CancellationToken cancellationToken) => store.RunAsync<FragmentChange>(
        author.Tenant,
        async (db, cancel) =>
        {
            if (await FindAsync(db, kind, key, cancel) is not { } fragment)
                return new FragmentChange.NotFound();
            if (!MayWrite(author, key))
                return new FragmentChange.OfThePlatform();
            if (await IncludedByAsync(db, kind, key, cancel) is { } other)
                return new FragmentChange.Conflict("in_use", $"The {other.Kind.ToName()} {other.Key} names it; change that one first.");
            if (!FragmentKey.IsShared(key) && await FragmentUsage.FirstAsync(db, kind, key, cancel) is { } template)
                return new FragmentChange.Conflict("in_use", $"The template {template} is published with it; publish it without it first.");
            // Two who remove it at once: one row goes, and both learn that it is gone.
            var removed = fragment is Fragment
                ? await db.Set<Fragment>().Where(row => row.Kind == kind && row.Key == key).ExecuteDeleteAsync(cancel)
                : await db.Set<SharedFragment>().Where(row => row.Kind == kind && row.Key == key).ExecuteDeleteAsync(cancel);
            if (removed == 0)
                return new FragmentChange.NotFound();
            author.Record(audit, db, $"{kind.ToName()}.removed", $"{kind.ToName()}/{key}", Fields(fragment), after: null);
            await db.SaveChangesAsync(cancel);
            return new FragmentChange.Done(fragment);
        },
        cancellationToken);

    /// <summary>The fragment as it would be saved beside others that would be, or what is wrong with it. Nothing is stored.</summary>
    internal async Task<(LoadedFragment? Fragment, IReadOnlyList<TemplateIssue> Issues)> CheckAsync(
        TenantId tenant, FragmentKind kind, string key, string contents, IReadOnlyList<LoadedFragment> assumed, CancellationToken cancellationToken)
    {
        var (fragment, issues) = LoadedFragment.Read(kind, key, contents);
        if (fragment is null)
            return (null, issues);
        var misfits = await store.RunAsync(tenant, (db, cancel) => MisfitsAsync(db, kind, key, fragment.Includes, cancel, assumed), cancellationToken);
        return misfits.Count == 0 ? (fragment, []) : (null, misfits);
    }

    internal static async Task<StoredFragment?> FindAsync(NotificationDbContext db, FragmentKind kind, string key, CancellationToken cancellationToken) => FragmentKey.IsShared(key)
        ? await db.Set<SharedFragment>().AsNoTracking().SingleOrDefaultAsync(row => row.Kind == kind && row.Key == key, cancellationToken)
        : await db.Set<Fragment>().AsNoTracking().SingleOrDefaultAsync(row => row.Kind == kind && row.Key == key, cancellationToken);

    private static async Task<(IReadOnlyList<FragmentSummary> Items, int Total)> PageAsync<T>(IQueryable<T> all, FragmentKind kind, int offset, int limit, CancellationToken cancellationToken)
        where T : StoredFragment
    {
        var rows = all.AsNoTracking().Where(row => row.Kind == kind);
        var page = rows.OrderBy(row => row.Key).Skip(offset).Take(limit).Select(row => new FragmentSummary(row.Key, row.Name, row.Revision, row.CreatedAt, row.UpdatedAt));
        return (await page.ToListAsync(cancellationToken), await rows.CountAsync(cancellationToken));
    }

    private static Task<int> CountAsync(NotificationDbContext db, FragmentKind kind, string key, CancellationToken cancellationToken) => FragmentKey.IsShared(key)
        ? db.Set<SharedFragment>().CountAsync(row => row.Kind == kind, cancellationToken)
        : db.Set<Fragment>().CountAsync(row => row.Kind == kind, cancellationToken);

    private static async Task<StoredFragment?> IncludedByAsync(NotificationDbContext db, FragmentKind kind, string key, CancellationToken cancellationToken)
    {
        if (kind == FragmentKind.Layout)
            return null;
        return await db.Set<Fragment>().AsNoTracking().OrderBy(row => row.Key).FirstOrDefaultAsync(row => row.Includes.Contains(key) && row.Key != key, cancellationToken)
            ?? (StoredFragment?)await db.Set<SharedFragment>().AsNoTracking().OrderBy(row => row.Key).FirstOrDefaultAsync(row => row.Includes.Contains(key) && row.Key != key, cancellationToken);
    }

    /// <summary>What it names must be there and must not lead back to it.</summary>
    private static async Task<IReadOnlyList<TemplateIssue>> MisfitsAsync(
        NotificationDbContext db, FragmentKind kind, string key, IReadOnlyList<string> includes, CancellationToken cancellationToken, IReadOnlyList<LoadedFragment>? assumed = null)
    {
        if (includes.Count == 0)
            return [];
        if (FragmentKey.IsShared(key) && includes.FirstOrDefault(each => !FragmentKey.IsShared(each)) is { } own)
            return [new TemplateIssue("/contents", FragmentCodes.Unknown, $"what is every tenant's names only what is every tenant's: not {own}")];
        var set = await FragmentSet.LoadAsync(db, layout: null, includes, cancellationToken, assumed);
        return set.Excess is { } excess
            ? [new TemplateIssue("/contents", TemplateCodes.TooComplex, excess)]
            : FragmentChains.Check(kind, key, includes, set) is { } issue ? [issue] : [];
    }

    private static bool MayWrite(Author author, string key) =>
        !FragmentKey.IsShared(key) || author.Caller is null || author.Caller.Roles.Contains(UserRoles.PlatformAdmin);

    private StoredFragment New(Author author, FragmentKind kind, NewFragment wanted, LoadedFragment contents)
    {
        var (now, includes, hash) = (time.GetUtcNow(), contents.Includes.ToArray(), contents.Hash);
        return FragmentKey.IsShared(wanted.Key)
            ? new SharedFragment
            {
                Kind = kind,
                Key = wanted.Key,
                Name = wanted.Name,
                Contents = wanted.Contents,
                Includes = includes,
                Size = wanted.Contents.Length,
                Hash = hash,
                Revision = 1,
                CreatedAt = now,
                UpdatedAt = now,
            }
            : new Fragment
            {
                TenantId = author.Tenant.Value,
                Kind = kind,
                Key = wanted.Key,
                Name = wanted.Name,
                Contents = wanted.Contents,
                Includes = includes,
                Size = wanted.Contents.Length,
                Hash = hash,
                Revision = 1,
                CreatedAt = now,
                UpdatedAt = now,
                AuthorKind = author.Kind,
                AuthorId = author.Id,
            };
    }

    private static AuditFields Fields(StoredFragment fragment) => new AuditFields().Text("name", fragment.Name).Number("revision", fragment.Revision).Digest("contents", fragment.Contents);

    private void Write(Author author, StoredFragment fragment, FragmentEdit edit, LoadedFragment? contents)
    {
        fragment.Name = edit.Name ?? fragment.Name;
        if (edit.Contents is not null && contents is not null)
            (fragment.Contents, fragment.Includes, fragment.Size, fragment.Hash) = (edit.Contents, [.. contents.Includes], edit.Contents.Length, contents.Hash);
        (fragment.Revision, fragment.UpdatedAt) = (fragment.Revision + 1, time.GetUtcNow());
        if (fragment is Fragment own)
            (own.AuthorKind, own.AuthorId) = (author.Kind, author.Id);
    }
}
