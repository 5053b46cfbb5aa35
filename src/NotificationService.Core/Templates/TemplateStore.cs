using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Templates;

/// <summary>
/// Edits templates. Contents are always edited as a draft: the newest version as long as it is neither published nor sent as a test, else a new
/// one. Whoever edits holds the template's row, so that two people never make the same version.
/// </summary>
public sealed class TemplateStore(TenantStore store, TemplateQueries queries, TemplateCatalog catalog, Ids ids, TimeProvider time)
{
    /// <summary>Compiling is dear, and templates come from many tenants: people wait for each other here, and sends for nobody.</summary>
    private static readonly SemaphoreSlim Compiling = new(1, 1);

    public async Task<TemplateChange> CreateAsync(TenantId tenant, NewTemplate wanted, CancellationToken cancellationToken)
    {
        var (compiled, issues) = Check(wanted.Contents);
        if (compiled is null)
            return new TemplateChange.Refused(issues);
        var now = time.GetUtcNow();
        var template = new Template
        {
            TenantId = tenant.Value,
            Id = ids.Next(),
            Key = wanted.Key,
            Name = wanted.Name,
            Category = wanted.Category,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var version = Draft(template, 1, wanted.Contents, compiled, now);
        try
        {
            return await store.RunAsync<TemplateChange>(
                tenant,
                async (db, cancel) =>
                {
                    db.Add(template);
                    await db.SaveChangesAsync(cancel);
                    db.Add(version);
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

    public async Task<TemplateChange> UpdateAsync(TenantId tenant, string idOrKey, TemplateEdit edit, CancellationToken cancellationToken)
    {
        CompiledTemplate? compiled = null;
        if (edit.Contents is not null)
        {
            (compiled, var issues) = Check(edit.Contents);
            if (compiled is null)
                return new TemplateChange.Refused(issues);
        }

        return await EditAsync(
            tenant,
            idOrKey,
            (db, template, latest) =>
            {
                if (edit.Key is not null && edit.Key != template.Key)
                    return new TemplateChange.Conflict("a template's key cannot change; make a new template");
                template.Name = edit.Name ?? template.Name;
                template.Category = edit.ClearsCategory ? null : edit.Category ?? template.Category;
                if (edit.Contents is null || compiled is null)
                    return new TemplateChange.Done(new TemplateDetails(template, latest));
                if (latest is { PublishedAt: null, TestedAt: null })
                {
                    latest.Contents = edit.Contents;
                    latest.Channels = Channels(compiled);
                    return new TemplateChange.Done(new TemplateDetails(template, latest));
                }

                var draft = Draft(template, latest.Version + 1, edit.Contents, compiled, time.GetUtcNow());
                db.Add(draft);
                return new TemplateChange.Done(new TemplateDetails(template, draft));
            },
            cancellationToken);
    }

    /// <summary>Publishes the draft. Everything is compiled first, so that nothing is published which cannot be rendered.</summary>
    public async Task<TemplateChange> PublishAsync(TenantId tenant, string idOrKey, int? version, CancellationToken cancellationToken)
    {
        // Compiling takes its time and its turn, so no transaction is open meanwhile.
        if (await queries.FindAsync(tenant, idOrKey, cancellationToken) is not { Version: var draft })
            return new TemplateChange.NotFound();
        if (draft.PublishedAt is null && await CompileAsync(draft.Contents, cancellationToken) is { Template: null, Issues: var issues })
            return new TemplateChange.Refused(issues);
        var change = await EditAsync(
            tenant,
            idOrKey,
            (_, template, latest) =>
            {
                if (version is { } other && other != latest.Version)
                    return new TemplateChange.Conflict($"version {other} is not the newest; the newest is {latest.Version}. Roll back to publish an older one.");
                if (latest.Version != draft.Version || latest.Contents != draft.Contents)
                    return new TemplateChange.Conflict("the draft was changed at this moment; look at it and publish again");
                latest.PublishedAt ??= time.GetUtcNow();
                template.PublishedVersion = latest.Version;
                return new TemplateChange.Done(new TemplateDetails(template, latest));
            },
            cancellationToken);
        return Announce(tenant, change);
    }

    /// <summary>
    /// Makes a version, by default the newest, one that a test can be sent with: it need not be published, and stays as it is from now on. Null if
    /// there is no such template or version.
    /// </summary>
    public Task<TemplateDetails?> FreezeAsync(TenantId tenant, string idOrKey, int? version, CancellationToken cancellationToken) => store.RunAsync(
        tenant,
        async (db, cancel) =>
        {
            if (await LockedAsync(db, idOrKey, cancel) is not { } template)
                return null;
            var frozen = await db.Set<TemplateVersion>().Where(row => row.TemplateId == template.Id && (version == null || row.Version == version))
                .OrderByDescending(row => row.Version).FirstOrDefaultAsync(cancel);
            if (frozen is null)
                return null;
            if (frozen is { PublishedAt: null, TestedAt: null })
            {
                frozen.TestedAt = time.GetUtcNow();
                await db.SaveChangesAsync(cancel);
            }

            return new TemplateDetails(template, frozen);
        },
        cancellationToken);

    /// <summary>Publishes a version again that was published before; without a number, the one before the present one.</summary>
    public async Task<TemplateChange> RollbackAsync(TenantId tenant, string idOrKey, int? version, CancellationToken cancellationToken)
    {
        var change = await EditAsync(
            tenant,
            idOrKey,
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
        return Announce(tenant, change);
    }

    /// <summary>Takes the template out of use. Its versions stay for what was accepted with them; its key is free again.</summary>
    public async Task<TemplateChange> ArchiveAsync(TenantId tenant, string idOrKey, CancellationToken cancellationToken)
    {
        var change = await EditAsync(
            tenant,
            idOrKey,
            (_, template, latest) =>
            {
                template.ArchivedAt = time.GetUtcNow();
                return new TemplateChange.Done(new TemplateDetails(template, latest));
            },
            cancellationToken);
        return Announce(tenant, change);
    }

    /// <summary>Compiles contents for a person: one at a time in this process.</summary>
    internal static async Task<(CompiledTemplate? Template, IReadOnlyList<TemplateIssue> Issues)> CompileAsync(string contents, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(contents);
        await Compiling.WaitAsync(cancellationToken);
        try
        {
            return TemplateContentsCheck.Compile(document.RootElement, "/contents");
        }
        finally
        {
            Compiling.Release();
        }
    }

    private TemplateChange Announce(TenantId tenant, TemplateChange change)
    {
        if (change is TemplateChange.Done done)
            catalog.Forget(tenant, done.Details.Template.Key);
        return change;
    }

    private Task<TemplateChange> EditAsync(
        TenantId tenant,
        string idOrKey,
        Func<NotificationDbContext, Template, TemplateVersion, TemplateChange> edit,
        CancellationToken cancellationToken) =>
        EditAsync(tenant, idOrKey, (db, template, latest, _) => Task.FromResult(edit(db, template, latest)), cancellationToken);

    private Task<TemplateChange> EditAsync(
        TenantId tenant,
        string idOrKey,
        Func<NotificationDbContext, Template, TemplateVersion, CancellationToken, Task<TemplateChange>> editAsync,
        CancellationToken cancellationToken) =>
        store.RunAsync(
            tenant,
            async (db, cancel) =>
            {
                if (await LockedAsync(db, idOrKey, cancel) is not { } template)
                    return new TemplateChange.NotFound();
                var latest = await db.Set<TemplateVersion>().Where(row => row.TemplateId == template.Id).OrderByDescending(row => row.Version).FirstAsync(cancel);
                var change = await editAsync(db, template, latest, cancel);
                if (change is TemplateChange.Done)
                {
                    template.UpdatedAt = time.GetUtcNow();
                    await db.SaveChangesAsync(cancel);
                }

                return change;
            },
            cancellationToken);

    private static Task<Template?> LockedAsync(NotificationDbContext db, string idOrKey, CancellationToken cancellationToken)
    {
        var id = Guid.TryParse(idOrKey, out var parsed) ? parsed : Guid.Empty;
        return db.Set<Template>().FromSql($"select * from templates where (id = {id} or key = {idOrKey}) and archived_at is null for update")
            .FirstOrDefaultAsync(cancellationToken);
    }

    private static (CompiledTemplate? Template, IReadOnlyList<TemplateIssue> Issues) Check(string contents)
    {
        using var document = JsonDocument.Parse(contents);
        return TemplateContentsCheck.Read(document.RootElement, "/contents");
    }

    private static TemplateVersion Draft(Template template, int version, string contents, CompiledTemplate compiled, DateTimeOffset now) => new()
    {
        TenantId = template.TenantId,
        TemplateId = template.Id,
        Version = version,
        Contents = contents,
        Channels = Channels(compiled),
        CreatedAt = now,
    };

    private static short[] Channels(CompiledTemplate compiled) => [.. compiled.Channels.Select(channel => (short)channel)];
}
