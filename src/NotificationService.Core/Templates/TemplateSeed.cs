using System.Reflection;
using System.Text.Json;
using NotificationService.Tenants;

namespace NotificationService.Templates;

/// <summary>The templates under seed/templates, for a tenant that lacks them. What somebody has edited since stays as it is.</summary>
public sealed class TemplateSeed(TemplateStore store, TemplateCatalog catalog)
{
    private const string Folder = "Seed/Templates/";

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

    /// <summary>The files as they were built in.</summary>
    public static IReadOnlyList<NewTemplate> Templates()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name => Read(assembly, name))];
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
