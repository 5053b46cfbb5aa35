using Microsoft.EntityFrameworkCore;
using NotificationService.Storage;
using NotificationService.Templates.Fragments;
using NotificationService.Templates.Samples;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Templates;

/// <summary>
/// Edits templates. Contents are always edited as a draft: the newest version as long as it is neither published nor sent as a test, else a new
/// one. Whoever edits holds the template's row, so that two people never make the same version. Layout and partials are put in before that: what a version
/// renders is whole by itself.
/// </summary>
public sealed class TemplateStore(TenantStore store, TemplateQueries queries, TemplateAssembler assembler, SampleRuns samples, TemplateCatalog catalog, AuditLog audit, Ids ids, TimeProvider time)
{
    private const string ChangedMeanwhile = "the draft was changed at this moment; look at it and publish again";

    public async Task<TemplateChange> CreateAsync(Author author, NewTemplate wanted, CancellationToken cancellationToken)
    {
        var assembled = await assembler.AssembleAsync(author.Tenant, wanted.Contents, wanted.Layout, cancellationToken);
        IReadOnlyList<TemplateIssue> issues = [.. assembled.Issues, .. VersionSource.Check(wanted.Variables, wanted.Samples)];
        if (issues.Count > 0)
            return new TemplateChange.Refused(issues);
        var now = time.GetUtcNow();
        var template = new Template
        {
            TenantId = author.Tenant.Value,
            Id = ids.Next(),
            Key = wanted.Key,
            Name = wanted.Name,
            Category = wanted.Category,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var version = TemplateVersions.New(template, 1, VersionSource.Of(wanted), wanted.Note, assembled, author, now);
        try
        {
            return await store.RunAsync<TemplateChange>(
                author.Tenant,
                async (db, cancel) =>
                {
                    db.Add(template);
                    await db.SaveChangesAsync(cancel);
                    db.Add(version);
                    await TemplateVersions.KeepUsedAsync(db, version, assembled.Used, cancel);
                    Record(author, db, "template.created", template, before: null, version);
                    await db.SaveChangesAsync(cancel);
                    return new TemplateChange.Done(new TemplateDetails(template, version));
                },
                cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return new TemplateChange.KeyTaken();
        }
    }

    public async Task<TemplateChange> UpdateAsync(Author author, string idOrKey, TemplateEdit edit, CancellationToken cancellationToken)
    {
        // What is left out is taken from the version that is there now; under the lock it must still be that one.
        if (await queries.FindAsync(author.Tenant, idOrKey, cancellationToken) is not { Version: var found })
            return new TemplateChange.NotFound();
        var wrote = VersionSource.Of(found).With(edit);
        AssembledTemplate? assembled = null;
        if (edit.IsOfVersion)
        {
            assembled = await assembler.AssembleAsync(author.Tenant, wrote.Contents, wrote.Layout, cancellationToken);
            IReadOnlyList<TemplateIssue> issues = [.. assembled.Issues, .. VersionSource.Check(edit.Variables, edit.Samples)];
            if (issues.Count > 0)
                return new TemplateChange.Refused(issues);
        }

        return await EditAsync(
            author,
            idOrKey,
            "template.changed",
            async (db, template, latest, cancel) =>
            {
                if (edit.Key is not null && edit.Key != template.Key)
                    return new TemplateChange.Conflict("a template's key cannot change; make a new template");
                template.Name = edit.Name ?? template.Name;
                template.Category = edit.ClearsCategory ? null : edit.Category ?? template.Category;
                if (assembled is null)
                {
                    if (latest.IsOpen && edit.Note is not null)
                        latest.Note = edit.Note;
                    return new TemplateChange.Done(new TemplateDetails(template, latest));
                }

                if (VersionSource.Of(latest).With(edit) != wrote)
                    return new TemplateChange.Conflict("the template was changed at this moment; look at it and send the change again");
                if (latest.IsOpen)
                {
                    TemplateVersions.Write(latest, wrote, assembled);
                    (latest.Note, latest.AuthorKind, latest.AuthorId) = (edit.Note ?? latest.Note, author.Kind, author.Id);
                    await TemplateVersions.KeepUsedAsync(db, latest, assembled.Used, cancel);
                    return new TemplateChange.Done(new TemplateDetails(template, latest));
                }

                var version = TemplateVersions.New(template, latest.Version + 1, wrote, edit.Note, assembled, author, time.GetUtcNow());
                db.Add(version);
                await TemplateVersions.KeepUsedAsync(db, version, assembled.Used, cancel);
                return new TemplateChange.Done(new TemplateDetails(template, version));
            },
            cancellationToken);
    }

    /// <summary>
    /// Publishes the draft, made of its layout and partials as they are now. Everything is compiled first, so that nothing is published which cannot be
    /// rendered; and its samples are rendered.
    /// </summary>
    /// <param name="author">Who publishes.</param>
    /// <param name="idOrKey">Which template.</param>
    /// <param name="version">The newest; null for whatever that is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="note">In place of what was said when it was written.</param>
    /// <param name="force">Also if a sample fails.</param>
    public async Task<TemplateChange> PublishAsync(
        Author author, string idOrKey, int? version, CancellationToken cancellationToken, string? note = null, bool force = false)
    {
        // Compiling takes its time and its turn, so no transaction is open meanwhile.
        if (await queries.FindAsync(author.Tenant, idOrKey, cancellationToken) is not { Version: var draft })
            return new TemplateChange.NotFound();
        var wrote = VersionSource.Of(draft);
        AssembledTemplate? assembled = null;
        IReadOnlyList<SampleResult> rendered = [];
        if (draft.PublishedAt is null)
        {
            assembled = await CurrentAsync(author.Tenant, draft, cancellationToken);
            if (assembled.Template is null)
                return new TemplateChange.Refused(assembled.Issues);
            if (await TemplateCompiler.CompileAsync(assembled.Contents, draft.Variables, cancellationToken) is { Template: null, Issues: var issues })
                return new TemplateChange.Refused(issues);
            draft.Contents = assembled.Contents;
            rendered = await samples.RunAsync(author.Tenant, idOrKey, draft, cancellationToken);
            if (!force && SampleRendering.Issues(rendered) is { Count: > 0 } failing)
                return new TemplateChange.Refused(failing);
        }

        var change = await EditAsync(
            author,
            idOrKey,
            "template.published",
            async (db, template, latest, cancel) =>
            {
                if (version is { } other && other != latest.Version)
                    return new TemplateChange.Conflict($"version {other} is not the newest; the newest is {latest.Version}. Roll back to publish an older one.");
                if (latest.Version != draft.Version || VersionSource.Of(latest) != wrote || latest.IsOpen != draft.IsOpen)
                    return new TemplateChange.Conflict(ChangedMeanwhile);
                if (assembled is not null && latest.IsOpen)
                {
                    TemplateVersions.Write(latest, wrote, assembled);
                    await TemplateVersions.KeepUsedAsync(db, latest, assembled.Used, cancel);
                }

                if (latest.PublishedAt is null)
                    (latest.Note, latest.PublishedAt) = (note ?? latest.Note, time.GetUtcNow());
                template.PublishedVersion = latest.Version;
                return new TemplateChange.Done(new TemplateDetails(template, latest)) { Samples = rendered };
            },
            cancellationToken);
        return Announce(author.Tenant, change);
    }

    /// <summary>
    /// Makes a version, by default the newest, one that a test can be sent with: it need not be published, and stays as it is from now on, with layout and
    /// partials as they are now.
    /// </summary>
    public async Task<TemplateChange> FreezeAsync(Author author, string idOrKey, int? version, CancellationToken cancellationToken)
    {
        var details = version is { } wanted
            ? await queries.FindVersionAsync(author.Tenant, idOrKey, wanted, cancellationToken)
            : await queries.FindAsync(author.Tenant, idOrKey, cancellationToken);
        if (details is null)
            return new TemplateChange.NotFound();
        var seen = details.Version;
        if (!seen.IsOpen)
            return new TemplateChange.Done(details);
        var assembled = await CurrentAsync(author.Tenant, seen, cancellationToken);
        if (assembled.Template is null)
            return new TemplateChange.Refused(assembled.Issues);
        return await EditAsync(
            author,
            idOrKey,
            "template.tested",
            async (db, template, latest, cancel) =>
            {
                if (latest.Version != seen.Version || VersionSource.Of(latest) != VersionSource.Of(seen))
                    return new TemplateChange.Conflict("the draft was changed at this moment; look at it and send the test again");
                if (latest.IsOpen)
                {
                    TemplateVersions.Write(latest, VersionSource.Of(seen), assembled);
                    await TemplateVersions.KeepUsedAsync(db, latest, assembled.Used, cancel);
                    latest.TestedAt = time.GetUtcNow();
                }

                return new TemplateChange.Done(new TemplateDetails(template, latest));
            },
            cancellationToken);
    }

    /// <summary>Publishes a version again that was published before; without a number, the one before the present one.</summary>
    public async Task<TemplateChange> RollbackAsync(Author author, string idOrKey, int? version, CancellationToken cancellationToken)
    {
        var change = await EditAsync(
            author,
            idOrKey,
            "template.rolled_back",
            async (db, template, _, cancel) =>
            {
                var published = db.Set<TemplateVersion>().Where(row => row.TemplateId == template.Id && row.PublishedAt != null);
                var target = version is { } wanted
                    ? await published.FirstOrDefaultAsync(row => row.Version == wanted, cancel)
                    : await published.Where(row => row.Version < template.PublishedVersion).OrderByDescending(row => row.Version).FirstOrDefaultAsync(cancel);
                if (target is null)
                    return new TemplateChange.Conflict(version is null ? "no earlier version was published" : $"version {version} was never published");
                template.PublishedVersion = target.Version;
                return new TemplateChange.Done(new TemplateDetails(template, target));
            },
            cancellationToken);
        return Announce(author.Tenant, change);
    }

    /// <summary>Takes the template out of use. Its versions stay for what was accepted with them; its key is free again.</summary>
    public async Task<TemplateChange> ArchiveAsync(Author author, string idOrKey, CancellationToken cancellationToken)
    {
        var change = await EditAsync(
            author,
            idOrKey,
            "template.archived",
            (_, template, latest, _) =>
            {
                template.ArchivedAt = time.GetUtcNow();
                return Task.FromResult<TemplateChange>(new TemplateChange.Done(new TemplateDetails(template, latest)));
            },
            cancellationToken);
        return Announce(author.Tenant, change);
    }

    /// <summary>What a version would render: as it is stored, or of one that still changes, with layout and partials as they are now.</summary>
    internal async Task<AssembledTemplate> CurrentAsync(TenantId tenant, TemplateVersion version, CancellationToken cancellationToken) =>
        version.IsOpen ? await assembler.AssembleAsync(tenant, version.Written, version.Layout, cancellationToken) : AssembledTemplate.Stored(version.Contents);

    /// <summary>The version as it would be rendered now, or why it would not.</summary>
    public async Task<(TemplateVersion? Version, IReadOnlyList<TemplateIssue> Issues)> ResolveAsync(TenantId tenant, TemplateVersion version, CancellationToken cancellationToken)
    {
        if (!version.IsOpen)
            return (version, []);
        var assembled = await CurrentAsync(tenant, version, cancellationToken);
        if (assembled.Template is null)
            return (null, assembled.Issues);
        version.Contents = assembled.Contents;
        return (version, []);
    }

    internal TemplateChange Announce(TenantId tenant, TemplateChange change)
    {
        if (change is TemplateChange.Done done)
            catalog.Forget(tenant, done.Details.Template.Key);
        return change;
    }

    /// <param name="action">What the audit log says of it; null for what changes nothing that a reader sees.</param>
    internal Task<TemplateChange> EditAsync(
        Author author,
        string idOrKey,
        string? action,
        Func<NotificationDbContext, Template, TemplateVersion, CancellationToken, Task<TemplateChange>> editAsync,
        CancellationToken cancellationToken) =>
        store.RunAsync(
            author.Tenant,
            async (db, cancel) =>
            {
                if (await LockedAsync(db, idOrKey, cancel) is not { } template)
                    return new TemplateChange.NotFound();
                var latest = await db.Set<TemplateVersion>().Where(row => row.TemplateId == template.Id).OrderByDescending(row => row.Version).FirstAsync(cancel);
                var before = Fields(template, latest);
                var change = await editAsync(db, template, latest, cancel);
                if (change is TemplateChange.Done done)
                {
                    if (action is not null)
                    {
                        template.UpdatedAt = time.GetUtcNow();
                        Record(author, db, action, template, before, done.Details.Version);
                    }

                    await db.SaveChangesAsync(cancel);
                }

                return change;
            },
            cancellationToken);

    /// <summary>Which version it is about is said also where that is the same as before.</summary>
    private void Record(Author author, NotificationDbContext db, string action, Template template, AuditFields? before, TemplateVersion version) =>
        author.Record(audit, db, action, $"template/{template.Key}", before, Fields(template, version).Number("version", version.Version));

    /// <summary>Of texts their digests: they stand in the versions.</summary>
    private static AuditFields Fields(Template template, TemplateVersion version) => new AuditFields()
        .Text("name", template.Name).Text("category", template.Category).Number("publishedVersion", template.PublishedVersion).Time("archivedAt", template.ArchivedAt)
        .Text("layout", version.Layout).Text("note", version.Note).Digest("contents", version.Written).Digest("variables", version.Variables).Digest("samples", version.Samples);

    private static Task<Template?> LockedAsync(NotificationDbContext db, string idOrKey, CancellationToken cancellationToken)
    {
        var id = Guid.TryParse(idOrKey, out var parsed) ? parsed : Guid.Empty;
        return db.Set<Template>().FromSql($"select * from templates where (id = {id} or key = {idOrKey}) and archived_at is null for update")
            .FirstOrDefaultAsync(cancellationToken);
    }
}
