using System.Reflection;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Templates;

/// <summary>The templates under seed, for a tenant that lacks them. What somebody has edited since stays as it is.</summary>
public sealed class TemplateSeed(TemplateStore store, TemplateCatalog catalog, Ids ids, TimeProvider time)
{
    private const string Demo = "Seed/Templates/";
    private const string OfSystem = "Seed/System/";

    private static readonly Lazy<IReadOnlyList<NewTemplate>> DemoTemplates = new(() => Read(Demo));
    private static readonly Lazy<IReadOnlyList<NewTemplate>> TemplatesOfSystem = new(() => Read(OfSystem));

    /// <summary>The keys of the templates that were missing and now are published.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var made = new List<string>();
        foreach (var template in Templates())
        {
            if (await catalog.FindPublishedAsync(tenant, template.Key, cancellationToken) is not null)
                continue;
            // Somebody else may make it at this moment, or keep it as a draft on purpose: both are left alone.
            if (await store.CreateAsync(tenant, template, cancellationToken) is TemplateChange.KeyTaken)
                continue;
            if (await store.PublishAsync(tenant, template.Key, version: 1, cancellationToken) is not TemplateChange.Done)
                throw new InvalidOperationException($"the seed template {template.Key} cannot be published");
            made.Add(template.Key);
        }

        return made;
    }

    /// <summary>
    /// Adds those that are missing, published, as part of other work. They are as they were built in, and tests compile them, so nothing is compiled here.
    /// </summary>
    public async Task AddAsync(NotificationDbContext db, TenantId tenant, IReadOnlyList<NewTemplate> wanted, CancellationToken cancellationToken)
    {
        var keys = await db.Set<Template>().Where(template => template.ArchivedAt == null).Select(template => template.Key).ToListAsync(cancellationToken);
        var now = time.GetUtcNow();
        var rows = wanted.Where(template => !keys.Contains(template.Key)).Select(template => (Template: Row(tenant, template, ids.Next(), now), template.Contents)).ToList();
        db.AddRange(rows.Select(row => row.Template));
        await db.SaveChangesAsync(cancellationToken);
        db.AddRange(rows.Select(row => Version(row.Template, row.Contents, now)));
        await db.SaveChangesAsync(cancellationToken);
        foreach (var (template, _) in rows)
            template.PublishedVersion = 1;
        await db.SaveChangesAsync(cancellationToken);
    }

    /// <summary>Those of the demo, which a new tenant begins with, as they were built in.</summary>
    public static IReadOnlyList<NewTemplate> Templates() => DemoTemplates.Value;

    /// <summary>Those of the tenant system.</summary>
    public static IReadOnlyList<NewTemplate> SystemTemplates() => TemplatesOfSystem.Value;

    private static Template Row(TenantId tenant, NewTemplate template, Guid id, DateTimeOffset now) => new()
    {
        TenantId = tenant.Value,
        Id = id,
        Key = template.Key,
        Name = template.Name,
        Category = template.Category,
        CreatedAt = now,
        UpdatedAt = now,
    };

    private static TemplateVersion Version(Template template, string contents, DateTimeOffset now)
    {
        using var document = JsonDocument.Parse(contents);
        var (read, _) = TemplateContentsCheck.Read(document.RootElement, "/contents");
        return new TemplateVersion
        {
            TenantId = template.TenantId,
            TemplateId = template.Id,
            Version = 1,
            Contents = contents,
            Channels = [.. (read ?? throw new InvalidOperationException($"the seed template {template.Key} is not valid")).Channels.Select(channel => (short)channel)],
            AuthorKind = Author.FromTenantId(new TenantId(template.TenantId)).Kind,
            CreatedAt = now,
            PublishedAt = now,
        };
    }

    private static List<NewTemplate> Read(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name => Read(assembly, name))];
    }

    private static NewTemplate Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded");
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        return new NewTemplate(
            root.GetProperty("key").GetString() ?? "",
            root.GetProperty("name").GetString() ?? "",
            root.GetProperty("category").GetString(),
            root.GetProperty("contents").GetRawText());
    }
}
