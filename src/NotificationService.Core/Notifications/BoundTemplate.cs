using NotificationService.Channels;
using NotificationService.Templates;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>A published version that many notifications are bound to, whatever is published while they are made.</summary>
public sealed record BoundTemplate(Guid Id, string Key, int Version, string? Category, IReadOnlyList<ChannelKind> Channels)
{
    public NotificationRequest Bind(NotificationRequest request) => request with { Template = Key, Pinned = new PublishedTemplate(Id, Key, Version, Category, Channels.ToHashSet()) };
}

/// <summary>The variables of a template's channels, in any locale.</summary>
/// <param name="All">Every one that is used, as paths such as <c>order.id</c>.</param>
/// <param name="Required">Those that are needed whatever the others are.</param>
public sealed record TemplateVariables(BoundTemplate Template, IReadOnlyList<string> All, IReadOnlyList<string> Required);

/// <summary>Finds out what a template needs before anything is made of it.</summary>
public sealed class TemplateBinder(TemplateCatalog templates)
{
    /// <param name="channels">Empty for all of the template's.</param>
    public async ValueTask<TemplateVariables?> FindAsync(TenantId tenant, string key, IReadOnlyList<ChannelKind> channels, CancellationToken cancellationToken)
    {
        if (!TemplateKey.IsValid(key) || await templates.FindPublishedAsync(tenant, key, cancellationToken) is not { } template)
            return null;
        CompiledTemplate compiled;
        try
        {
            compiled = await templates.LoadAsync(tenant, template.Id, template.Version, cancellationToken);
        }
        catch (TemplateUnreadableException)
        {
            // As good as not published: no notification can be made of it.
            return null;
        }

        var wanted = channels.Count > 0 ? channels : compiled.Channels;
        return new TemplateVariables(
            new BoundTemplate(template.Id, template.Key, template.Version, template.Category, compiled.Channels),
            [.. wanted.SelectMany(compiled.Variables).Distinct(StringComparer.Ordinal)],
            [.. wanted.SelectMany(channel => compiled.RequiredVariables(channel, null)).Distinct(StringComparer.Ordinal)]);
    }
}
