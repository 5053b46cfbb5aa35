using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Templates;

/// <summary>Reads templates for people. Archived ones are not shown.</summary>
public sealed class TemplateQueries(TenantStore store)
{
    public Task<TemplateDetails?> FindAsync(TenantId tenant, string idOrKey, CancellationToken cancellationToken) =>
        store.RunAsync(
            tenant,
            async (db, cancel) => await TemplateAsync(db, idOrKey, cancel) is { } template
                ? new TemplateDetails(template, await Versions(db, template).FirstAsync(cancel))
                : null,
            cancellationToken);

    /// <summary>One version; null if there is no such template or no such version.</summary>
    public Task<TemplateDetails?> FindVersionAsync(TenantId tenant, string idOrKey, int version, CancellationToken cancellationToken) =>
        store.RunAsync(
            tenant,
            async (db, cancel) => await TemplateAsync(db, idOrKey, cancel) is { } template
                && await Versions(db, template).FirstOrDefaultAsync(row => row.Version == version, cancel) is { } found
                    ? new TemplateDetails(template, found)
                    : null,
            cancellationToken);

    /// <summary>The published version; null if there is no such template or nothing of it is published.</summary>
    public Task<TemplateDetails?> FindPublishedAsync(TenantId tenant, string idOrKey, CancellationToken cancellationToken) =>
        store.RunAsync(
            tenant,
            async (db, cancel) => await TemplateAsync(db, idOrKey, cancel) is { PublishedVersion: { } published } template
                ? new TemplateDetails(template, await Versions(db, template).FirstAsync(row => row.Version == published, cancel))
                : null,
            cancellationToken);

    /// <summary>A page of the versions, newest first; null if there is no such template.</summary>
    public Task<(IReadOnlyList<TemplateDetails> Items, long Total)?> VersionsAsync(TenantId tenant, string idOrKey, int offset, int limit, CancellationToken cancellationToken) =>
        store.RunAsync<(IReadOnlyList<TemplateDetails>, long)?>(
            tenant,
            async (db, cancel) =>
            {
                if (await TemplateAsync(db, idOrKey, cancel) is not { } template)
                    return null;
                var rows = await Versions(db, template).Skip(offset).Take(limit).ToListAsync(cancel);
                return ([.. rows.Select(row => new TemplateDetails(template, row))], await Versions(db, template).Take(PageRequest.Reach + 1).LongCountAsync(cancel));
            },
            cancellationToken);

    /// <summary>
    /// A page of the templates by key, perhaps only those of a category or with a text in key or name. However many there are, the first
    /// <see cref="PageRequest.Reach"/> by key are looked at.
    /// </summary>
    public Task<(IReadOnlyList<Template> Items, ListTotal Total)> ListAsync(TenantId tenant, string? search, string? category, int offset, int limit, CancellationToken cancellationToken) =>
        store.RunAsync<(IReadOnlyList<Template>, ListTotal)>(
            tenant,
            async (db, cancel) =>
            {
                var looked = db.Set<Template>().AsNoTracking().Where(template => template.ArchivedAt == null).OrderBy(template => template.Key).Take(PageRequest.Reach + 1);
                var templates = looked;
                if (category is not null)
                    templates = templates.Where(template => template.Category == category);
                if (search is not null)
                    templates = templates.Where(template => template.Key.Contains(search) || template.Name.Contains(search));
                var items = await templates.OrderBy(template => template.Key).Skip(offset).Take(limit).ToListAsync(cancel);
                return (items, ListTotal.Of(await looked.LongCountAsync(cancel), await templates.LongCountAsync(cancel)));
            },
            cancellationToken);

    private static Task<Template?> TemplateAsync(NotificationDbContext db, string idOrKey, CancellationToken cancellationToken)
    {
        var id = Guid.TryParse(idOrKey, out var parsed) ? parsed : Guid.Empty;
        return db.Set<Template>().AsNoTracking()
            .FirstOrDefaultAsync(template => (template.Id == id || template.Key == idOrKey) && template.ArchivedAt == null, cancellationToken);
    }

    private static IOrderedQueryable<TemplateVersion> Versions(NotificationDbContext db, Template template) =>
        db.Set<TemplateVersion>().AsNoTracking().Where(row => row.TemplateId == template.Id).OrderByDescending(row => row.Version);
}
