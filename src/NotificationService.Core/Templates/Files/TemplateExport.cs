using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Templates.Fragments;
using NotificationService.Templates.Samples;
using NotificationService.Tenants;

namespace NotificationService.Templates.Files;

/// <summary>Reads all layouts, partials and templates of a tenant, a few at a time, so that memory does not grow with them. Always in the same order.</summary>
public sealed class TemplateExport(TenantStore store)
{
    private const int PageSize = 10;

    /// <summary>The tenant's own of a kind, by key.</summary>
    public IAsyncEnumerable<TemplateFileItem> FragmentsAsync(TenantId tenant, FragmentKind kind, CancellationToken cancellationToken) => PagesAsync(
        tenant,
        (db, after, cancel) => db.Set<Fragment>().AsNoTracking().Where(row => row.Kind == kind && string.Compare(row.Key, after) > 0).OrderBy(row => row.Key).Take(PageSize)
            .Select(row => new TemplateFileItem(kind.ToName(), row.Key, row.Name, null, null, row.Contents)).ToListAsync(cancel),
        cancellationToken);

    /// <summary>What is published of each template, by key; or the newest version of each, published or not.</summary>
    public IAsyncEnumerable<TemplateFileItem> TemplatesAsync(TenantId tenant, bool newest, CancellationToken cancellationToken) => PagesAsync(
        tenant,
        async (db, after, cancel) =>
        {
            var templates = await db.Set<Template>().AsNoTracking()
                .Where(row => row.ArchivedAt == null && (newest || row.PublishedVersion != null) && string.Compare(row.Key, after) > 0)
                .OrderBy(row => row.Key).Take(PageSize).ToListAsync(cancel);
            var items = new List<TemplateFileItem>();
            foreach (var template in templates)
            {
                var version = await db.Set<TemplateVersion>().AsNoTracking()
                    .Where(row => row.TemplateId == template.Id && (newest || row.Version == template.PublishedVersion)).OrderByDescending(row => row.Version).FirstAsync(cancel);
                items.Add(new TemplateFileItem(TemplateFile.Template, template.Key, template.Name, template.Category, version.Layout, version.Written)
                {
                    Variables = version.Variables,
                    Samples = version.Samples is null ? null : TemplateSample.Of(version),
                });
            }

            return items;
        },
        cancellationToken);

    private async IAsyncEnumerable<TemplateFileItem> PagesAsync(
        TenantId tenant, Func<NotificationDbContext, string, CancellationToken, Task<List<TemplateFileItem>>> pageAsync, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var after = ""; ;)
        {
            var page = await store.RunAsync(tenant, (db, cancel) => pageAsync(db, after, cancel), cancellationToken);
            foreach (var item in page)
                yield return item;
            if (page.Count < PageSize)
                yield break;
            after = page[^1].Key;
        }
    }
}
