using System.Text.Json;
using NotificationService.Storage;
using NotificationService.Templates.Fragments;
using NotificationService.Tenants;

namespace NotificationService.Templates;

/// <summary>
/// Makes a version's contents of what somebody wrote: layout and partials as they are now are put in, and what comes of it is checked as if it had been
/// written so. Rendering never asks for either.
/// </summary>
public sealed class TemplateAssembler(TenantStore store)
{
    /// <param name="source">The contents as they were written.</param>
    /// <param name="layout">The key of the layout, if there is one.</param>
    /// <param name="assumed">Layouts and partials that are taken as they are here, in place of those that are stored.</param>
    internal async Task<AssembledTemplate> AssembleAsync(
        TenantId tenant, string source, string? layout, CancellationToken cancellationToken, IReadOnlyList<LoadedFragment>? assumed = null)
    {
        using var document = JsonDocument.Parse(source);
        var (texts, issues) = TemplateTexts.In(document.RootElement, "/contents", layout is not null);
        if (issues.Count > 0)
            return AssembledTemplate.Refused(source, issues);
        var partials = texts.SelectMany(text => text.Text.Partials).Select(tag => tag.Key).Distinct(StringComparer.Ordinal).ToList();
        var fragments = layout is null && partials.Count == 0
            ? FragmentSet.Of([])
            : await store.RunAsync(tenant, (db, cancel) => FragmentSet.LoadAsync(db, layout, partials, cancel, assumed), cancellationToken);
        return AssembledTemplate.Of(document.RootElement, source, layout, texts, fragments);
    }
}
