using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Templates.Fragments;

/// <summary>A published template that is made of a layout or partial.</summary>
/// <param name="IsOutdated">Whether it was made of another state of it than the present one: published again it would change, or turn out to be the same.</param>
public sealed record FragmentUse(string Template, string Name, int Version, bool IsOutdated);

/// <summary>Which published templates are made of a layout or partial, directly or through another partial.</summary>
public sealed class FragmentUsage(TenantStore store)
{
    /// <summary>A page by the templates' keys, how many there are, and how many of them are outdated; null if there is no such layout or partial.</summary>
    public Task<(IReadOnlyList<FragmentUse> Items, int Total, int Outdated)?> ListAsync(
        TenantId tenant, FragmentKind kind, string key, bool onlyOutdated, int offset, int limit, CancellationToken cancellationToken) =>
        store.RunAsync<(IReadOnlyList<FragmentUse>, int, int)?>(
            tenant,
            async (db, cancel) =>
            {
                if (await FragmentStore.FindAsync(db, kind, key, cancel) is not { Hash: var hash })
                    return null;
                var uses = Uses(db, kind, key).Select(use => new { use.Template.Key, use.Template.Name, use.Part.Version, IsOutdated = use.Part.Hash != hash });
                var outdated = uses.Where(use => use.IsOutdated);
                var listed = onlyOutdated ? outdated : uses;
                var items = await listed.OrderBy(use => use.Key).Skip(offset).Take(limit).ToListAsync(cancel);
                return ([.. items.Select(use => new FragmentUse(use.Key, use.Name, use.Version, use.IsOutdated))], await listed.CountAsync(cancel), await outdated.CountAsync(cancel));
            },
            cancellationToken);

    /// <summary>The first published template, by key, that is made of it.</summary>
    internal static Task<string?> FirstAsync(NotificationDbContext db, FragmentKind kind, string key, CancellationToken cancellationToken) =>
        Uses(db, kind, key).Select(use => use.Template.Key).OrderBy(template => template).FirstOrDefaultAsync(cancellationToken);

    private static IQueryable<Use> Uses(NotificationDbContext db, FragmentKind kind, string key) =>
        from part in db.Set<TemplateVersionFragment>().AsNoTracking()
        join template in db.Set<Template>().AsNoTracking() on new { part.TenantId, Id = part.TemplateId } equals new { template.TenantId, template.Id }
        where part.Kind == kind && part.Key == key && template.PublishedVersion == part.Version && template.ArchivedAt == null
        select new Use { Part = part, Template = template };

    private sealed class Use
    {
        public required TemplateVersionFragment Part { get; init; }

        public required Template Template { get; init; }
    }
}
