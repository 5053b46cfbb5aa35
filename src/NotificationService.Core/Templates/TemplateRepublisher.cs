using NotificationService.Storage;
using NotificationService.Templates.Fragments;
using NotificationService.Templates.Samples;

namespace NotificationService.Templates;

/// <summary>What came of publishing a template again.</summary>
/// <param name="Status"><c>republished</c>, <c>unchanged</c>, <c>refused</c>, <c>conflict</c> or <c>not_found</c>.</param>
/// <param name="Version">The version that is published now.</param>
public sealed record Republished(string Template, string Status, int? Version, IReadOnlyList<TemplateIssue> Issues);

/// <summary>
/// Publishes templates again with their layouts and partials as they are now: each a new version, made of what was published, in a transaction of its own.
/// Whoever stops in the middle, or dies, leaves whole templates behind, and begins again with those that are still outdated.
/// </summary>
public sealed class TemplateRepublisher(TemplateStore templates, TemplateQueries queries, TemplateAssembler assembler, SampleRuns samples, FragmentUsage usage, TimeProvider time)
{
    /// <summary>Templates of one call.</summary>
    public const int MaxTemplates = 50;

    /// <summary>Those named, else the first that are outdated; null if there is no such layout or partial.</summary>
    public async Task<IReadOnlyList<Republished>?> RunAsync(
        Author author, FragmentKind kind, string key, IReadOnlyList<string>? named, string? note, CancellationToken cancellationToken)
    {
        if (await usage.ListAsync(author.Tenant, kind, key, onlyOutdated: true, 0, MaxTemplates, cancellationToken) is not { Items: var outdated })
            return null;
        var results = new List<Republished>();
        foreach (var template in named ?? [.. outdated.Select(use => use.Template)])
            results.Add(await RepublishAsync(author, template, note ?? $"Published again: the {kind.ToName()} {key} changed", cancellationToken));
        return results;
    }

    private async Task<Republished> RepublishAsync(Author author, string key, string note, CancellationToken cancellationToken)
    {
        if (await queries.FindPublishedAsync(author.Tenant, key, cancellationToken) is not { Version: var published })
            return new Republished(key, "not_found", null, []);
        var assembled = await assembler.AssembleAsync(author.Tenant, published.Written, published.Layout, cancellationToken);
        var (issues, isChanged) = (assembled.Issues, assembled.Contents != published.Contents);
        if (issues.Count == 0 && isChanged)
            issues = await CheckAsync(author, key, published, assembled, cancellationToken);
        if (issues.Count > 0)
            return new Republished(key, "refused", published.Version, issues);
        var change = await templates.EditAsync(
            author,
            key,
            isChanged ? "template.republished" : null,
            async (db, template, latest, cancel) =>
            {
                if (template.PublishedVersion != published.Version)
                    return new TemplateChange.Conflict("another version was published at this moment");
                if (isChanged)
                    return new TemplateChange.Done(new TemplateDetails(template, await NewVersionAsync(db, template, latest, published, assembled, author, note, cancel)));
                await TemplateVersions.KeepUsedAsync(db, published, assembled.Used, cancel);
                return new TemplateChange.Done(new TemplateDetails(template, published));
            },
            cancellationToken);
        return templates.Announce(author.Tenant, change) switch
        {
            TemplateChange.Done { Details.Version.Version: var version } => new Republished(key, version == published.Version ? "unchanged" : "republished", version, []),
            TemplateChange.NotFound => new Republished(key, "not_found", null, []),
            _ => new Republished(key, "conflict", published.Version, []),
        };
    }

    /// <summary>What a publication checks too: the engine takes it, and its samples can still be sent.</summary>
    private async Task<IReadOnlyList<TemplateIssue>> CheckAsync(
        Author author, string key, TemplateVersion published, AssembledTemplate assembled, CancellationToken cancellationToken)
    {
        if ((await TemplateCompiler.CompileAsync(assembled.Contents, published.Variables, cancellationToken)).Issues is { Count: > 0 } issues)
            return issues;
        var made = TemplateVersions.Copy(published, published.Version);
        TemplateVersions.Write(made, VersionSource.Of(published), assembled);
        return SampleRendering.Issues(await samples.RunAsync(author.Tenant, key, made, cancellationToken));
    }

    /// <summary>
    /// The new version comes before the draft, if there is one: a draft is the newest version. One that was never sent gives its number away; one that was sent
    /// as a test keeps it, and goes on under a new one.
    /// </summary>
    private async Task<TemplateVersion> NewVersionAsync(
        NotificationDbContext db, Template template, TemplateVersion latest, TemplateVersion published, AssembledTemplate assembled, Author author, string note, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var number = latest.IsOpen ? latest.Version : latest.Version + 1;
        if (latest.PublishedAt is null)
            db.Add(TemplateVersions.Copy(latest, number + 1));
        TemplateVersion made;
        if (latest.IsOpen)
        {
            made = latest;
            TemplateVersions.Write(made, VersionSource.Of(published), assembled);
            (made.Note, made.AuthorKind, made.AuthorId) = (note, author.Kind, author.Id);
        }
        else
        {
            made = TemplateVersions.New(template, number, VersionSource.Of(published), note, assembled, author, now);
            db.Add(made);
        }

        made.PublishedAt = now;
        // The row must be there before it is named as the published one.
        await db.SaveChangesAsync(cancellationToken);
        template.PublishedVersion = number;
        await TemplateVersions.KeepUsedAsync(db, made, assembled.Used, cancellationToken);
        return made;
    }
}
