using System.Collections.Concurrent;
using System.Text.Json;
using Npgsql;
using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Templates;

/// <summary>
/// What accepting and delivering need of templates, from memory where possible. Which version is published is looked up
/// again after two seconds, and at once on the node that published; a version's contents never change and are kept until
/// room is needed. Many callers that miss the same entry wait for one query.
/// </summary>
public sealed class TemplateCatalog(Database database, TimeProvider time)
{
    private const int MostKeys = 20_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(TenantId, string), Publication> publications = new();
    private readonly CompiledTemplateCache compiled = new(versions: 2_000, characters: 32 * 1024 * 1024);

    private sealed class Publication(Func<Task<PublishedTemplate?>> findAsync, long lookedUpAt)
    {
        private readonly Lazy<Task<PublishedTemplate?>> found = new(findAsync);

        public Task<PublishedTemplate?> Found => found.Value;

        public long LookedUpAt => lookedUpAt;
    }

    /// <summary>The published version of the tenant's template with that key; null if there is none.</summary>
    public ValueTask<PublishedTemplate?> FindPublishedAsync(TenantId tenant, string key, CancellationToken cancellationToken)
    {
        if (publications.TryGetValue((tenant, key), out var known) && IsUsable(known))
            return known.Found.IsCompleted ? new(known.Found) : new(known.Found.WaitAsync(cancellationToken));
        if (!TemplateKey.IsValid(key))
            return new((PublishedTemplate?)null);
        // Keys come from callers, also those that do not exist: the whole memory is dropped rather than grown.
        if (publications.Count >= MostKeys)
            publications.Clear();
        var now = time.GetTimestamp();
        var lookup = new Publication(() => FindAsync(tenant, key), now);
        var current = publications.AddOrUpdate((tenant, key), lookup, (_, existing) => IsUsable(existing) ? existing : lookup);
        return new(current.Found.WaitAsync(cancellationToken));
    }

    /// <summary>One version, compiled.</summary>
    /// <exception cref="InvalidOperationException">There is no such version.</exception>
    public ValueTask<CompiledTemplate> LoadAsync(TenantId tenant, Guid templateId, int version, CancellationToken cancellationToken) =>
        compiled.GetAsync(new(tenant, templateId, version), LoadAsync, cancellationToken);

    /// <summary>Forgets what is published under the key, because it has just changed.</summary>
    internal void Forget(TenantId tenant, string key) => publications.TryRemove((tenant, key), out _);

    private bool IsUsable(Publication publication) =>
        !publication.Found.IsFaulted && !publication.Found.IsCanceled && time.GetElapsedTime(publication.LookedUpAt) < Fresh;

    private async Task<PublishedTemplate?> FindAsync(TenantId tenant, string key)
    {
        // Without the first caller's token: the others wait for the same answer.
        PublishedTemplate? found = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, CancellationToken.None);
        batch.Add(tenant, FindStatement, new NpgsqlParameter<string> { TypedValue = key });
        await batch.CommitAsync(
            row => found = new PublishedTemplate(
                row.GetGuid(0),
                key,
                row.GetInt32(1),
                row.IsDBNull(2) ? null : row.GetString(2),
                row.GetFieldValue<short[]>(3).Select(channel => (ChannelKind)channel).ToHashSet()),
            CancellationToken.None);
        return found;
    }

    private async Task<CompiledTemplate> LoadAsync(TemplateVersionKey wanted)
    {
        string? contents = null;
        await using (var batch = await TenantBatch.OpenAsync(database.App, CancellationToken.None))
        {
            batch.Add(
                wanted.Tenant,
                LoadStatement,
                new NpgsqlParameter<Guid> { TypedValue = wanted.Template },
                new NpgsqlParameter<int> { TypedValue = wanted.Version });
            await batch.CommitAsync(row => contents = row.GetString(0), CancellationToken.None);
        }

        if (contents is null)
            throw new InvalidOperationException($"template {wanted.Template} has no version {wanted.Version}");
        using var document = JsonDocument.Parse(contents);
        var (read, issues) = TemplateContentsReader.Read(document.RootElement, "/contents");
        return read is null
            ? throw new InvalidOperationException($"version {wanted.Version} of template {wanted.Template} cannot be read: {issues[0].Message}")
            : new CompiledTemplate(read);
    }

    private static readonly string FindStatement = SqlText.Statement("templates_find_published");
    private static readonly string LoadStatement = SqlText.Statement("template_versions_load");
}
