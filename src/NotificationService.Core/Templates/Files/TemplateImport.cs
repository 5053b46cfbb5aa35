using NotificationService.Templates.Fragments;
using NotificationService.Templates.Samples;

namespace NotificationService.Templates.Files;

/// <summary>What came of one item of a file.</summary>
/// <param name="Status"><c>created</c>, <c>changed</c>, <c>unchanged</c> or <c>refused</c>.</param>
/// <param name="Version">Of a template, the version that has these contents; null where nothing was stored.</param>
/// <param name="IsPublished">Whether that version is published now.</param>
public sealed record Imported(TemplateFileItem Item, string Status, int? Version, bool IsPublished, IReadOnlyList<TemplateIssue> Issues);

/// <summary>
/// Takes layouts, partials and templates from a file: partials before what names them, layouts before templates, each in a transaction of its own. What is
/// already there as the file says is left alone, so that the same file again changes nothing, and one that was interrupted goes on.
/// </summary>
public sealed class TemplateImport(TemplateStore templates, TemplateQueries queries, TemplateAssembler assembler, FragmentStore fragments)
{
    /// <param name="publish">Whether templates are published as well, in place of left as drafts.</param>
    /// <param name="dryRun">Whether it is only said what would be done.</param>
    public async Task<IReadOnlyList<Imported>> RunAsync(Author author, IReadOnlyList<TemplateFileItem> items, bool publish, bool dryRun, CancellationToken cancellationToken)
    {
        var results = new List<Imported>();
        var read = new List<LoadedFragment>();
        foreach (var item in InOrder(items))
            results.Add(item.Kind == TemplateFile.Template
                ? await TemplateAsync(author, item, publish, dryRun ? read : null, cancellationToken)
                : await FragmentAsync(author, item, dryRun ? read : null, cancellationToken));
        return results;
    }

    /// <summary>Partials that name none first; those that lead back to themselves last, to be refused.</summary>
    private static IEnumerable<TemplateFileItem> InOrder(IReadOnlyList<TemplateFileItem> items)
    {
        var waiting = items.Where(item => item.Kind == FragmentKind.Partial.ToName())
            .Select(item => (Item: item, Includes: LoadedFragment.Read(FragmentKind.Partial, item.Key, item.Contents).Fragment?.Includes ?? [])).ToList();
        while (waiting.Count > 0)
        {
            var keys = waiting.Select(each => each.Item.Key).ToHashSet(StringComparer.Ordinal);
            var ready = waiting.Where(each => !each.Includes.Any(keys.Contains)).ToList();
            if (ready.Count == 0)
                ready = waiting;
            foreach (var (item, _) in ready)
                yield return item;
            waiting = [.. waiting.Except(ready)];
        }

        foreach (var item in items.Where(item => item.Kind == FragmentKind.Layout.ToName()).Concat(items.Where(item => item.Kind == TemplateFile.Template)))
            yield return item;
    }

    private async Task<Imported> FragmentAsync(Author author, TemplateFileItem item, List<LoadedFragment>? dryRun, CancellationToken cancellationToken)
    {
        var kind = item.Kind == FragmentKind.Layout.ToName() ? FragmentKind.Layout : FragmentKind.Partial;
        var existing = await fragments.FindAsync(author.Tenant, kind, item.Key, cancellationToken);
        if (existing is not null && existing.Name == item.Name && TemplateFile.Plain(existing.Contents) == TemplateFile.Plain(item.Contents))
            return new Imported(item, "unchanged", null, IsPublished: false, []);
        var status = existing is null ? "created" : "changed";
        if (dryRun is not null)
        {
            var (fragment, issues) = await fragments.CheckAsync(author.Tenant, kind, item.Key, item.Contents, dryRun, cancellationToken);
            if (fragment is null)
                return new Imported(item, "refused", null, IsPublished: false, issues);
            dryRun.Add(fragment);
            return new Imported(item, status, null, IsPublished: false, []);
        }

        var change = existing is null
            ? await fragments.CreateAsync(author, kind, new(item.Key, item.Name, item.Contents), cancellationToken)
            : await fragments.UpdateAsync(author, kind, item.Key, new(item.Name, item.Contents), cancellationToken);
        return change switch
        {
            FragmentChange.Done => new Imported(item, status, null, IsPublished: false, []),
            FragmentChange.Refused refused => new Imported(item, "refused", null, IsPublished: false, refused.Issues),
            FragmentChange.Conflict conflict => Refused(item, conflict.Code, conflict.Detail),
            FragmentChange.OfThePlatform => Refused(item, "forbidden", "what begins with shared. is every tenant's, and only platform admins write it"),
            _ => Refused(item, "conflict", "somebody else changed it at the same moment"),
        };
    }

    private async Task<Imported> TemplateAsync(Author author, TemplateFileItem item, bool publish, List<LoadedFragment>? dryRun, CancellationToken cancellationToken)
    {
        var existing = await queries.FindAsync(author.Tenant, item.Key, cancellationToken);
        var isSame = existing is { Template: var template, Version: var newest } && (template.Name, template.Category, newest.Layout) == (item.Name, item.Category, item.Layout)
            && TemplateFile.Plain(newest.Written) == TemplateFile.Plain(item.Contents) && IsPinnedAlike(newest, item);
        var isPublished = existing is { } found && found.Template.PublishedVersion == found.Version.Version;
        if (isSame && (isPublished || !publish))
            return new Imported(item, "unchanged", existing!.Version.Version, isPublished, []);
        var status = existing is null ? "created" : isSame ? "unchanged" : "changed";
        if (dryRun is not null)
        {
            var assembled = await assembler.AssembleAsync(author.Tenant, item.Contents, item.Layout, cancellationToken, dryRun);
            IReadOnlyList<TemplateIssue> issues = [.. assembled.Issues, .. VersionSource.Check(item.Variables, item.Samples)];
            return new Imported(item, issues.Count > 0 ? "refused" : status, null, publish && issues.Count == 0, issues);
        }

        TemplateChange? change = null;
        if (existing is null)
            change = await templates.CreateAsync(author, new(item.Key, item.Name, item.Category, item.Contents) { Layout = item.Layout, Variables = item.Variables, Samples = item.Samples }, cancellationToken);
        else if (!isSame)
        {
            // What the file does not have is to be none.
            var edit = new TemplateEdit(null, item.Name, item.Category, item.Contents)
            {
                ClearsCategory = item.Category is null,
                Layout = item.Layout,
                ClearsLayout = item.Layout is null,
                Variables = item.Variables ?? "{}",
                Samples = item.Samples ?? [],
            };
            change = await templates.UpdateAsync(author, item.Key, edit, cancellationToken);
        }

        if (publish && change is (null or TemplateChange.Done))
            change = await templates.PublishAsync(author, item.Key, version: null, cancellationToken);
        return change switch
        {
            TemplateChange.Done { Details: var done } => new Imported(item, status, done.Version.Version, done.Template.PublishedVersion == done.Version.Version, []),
            TemplateChange.Refused refused => new Imported(item, "refused", null, IsPublished: false, refused.Issues),
            TemplateChange.Conflict conflict => Refused(item, "conflict", conflict.Detail),
            _ => Refused(item, "conflict", "somebody else changed it at the same moment"),
        };
    }

    /// <summary>Whether the file asks the same of the variables and has the same samples.</summary>
    private static bool IsPinnedAlike(TemplateVersion version, TemplateFileItem item) =>
        TemplateFile.Plain(version.Variables ?? "{}") == TemplateFile.Plain(item.Variables ?? "{}")
        && TemplateFile.Plain(version.Samples ?? "[]") == TemplateFile.Plain(TemplateSample.Write(item.Samples ?? []));

    private static Imported Refused(TemplateFileItem item, string code, string message) => new(item, "refused", null, IsPublished: false, [new TemplateIssue("/key", code, message)]);
}
