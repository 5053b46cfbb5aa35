using System.Reflection;
using System.Text.Json;
using NotificationService.Tenants;

namespace NotificationService.Templates.Fragments;

/// <summary>The layouts that come with the service, for every tenant. What a platform admin has changed since stays as it is; what was deleted comes back.</summary>
public sealed class SharedLayouts(FragmentStore fragments)
{
    private const string Folder = "Seed/Layouts/";

    private static readonly Lazy<IReadOnlyList<NewFragment>> Files = new(Read);

    /// <summary>As they were built in.</summary>
    public static IReadOnlyList<NewFragment> All => Files.Value;

    /// <summary>Adds those that are missing; looks once whether any is.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (there, _) = await fragments.ListAsync(SystemTenant.Id, FragmentKind.Layout, shared: true, 0, FragmentLimits.OfTenant, cancellationToken);
        foreach (var layout in All.Where(each => there.All(other => other.Key != each.Key)))
        {
            // Another node may have added it meanwhile.
            if (await fragments.CreateAsync(SystemTenant.Id, FragmentKind.Layout, layout, cancellationToken) is FragmentChange.Refused refused)
                throw new InvalidOperationException($"the layout {layout.Key} is refused: {refused.Issues[0].Message}");
        }
    }

    private static List<NewFragment> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name => Read(assembly, name))];
    }

    private static NewFragment Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded");
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        return new NewFragment(root.GetProperty("key").GetString() ?? "", root.GetProperty("name").GetString() ?? "", root.GetProperty("contents").GetRawText());
    }
}
