using System.Collections.Concurrent;
using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Templates;

/// <summary>
/// What accepting and delivering need of templates, from memory where possible. Which version is published is looked up
/// again after two seconds, and at once on the node that published; that there is none is never remembered. A version's contents never change and are kept until
/// capacity is needed. Many callers that miss the same entry wait for one query.
/// </summary>
public sealed class TemplateCatalog(Database database, TimeProvider time)
{
    public const long MaxCompiled = 64L * 1024 * 1024;

    private const int MaxKeys = 20_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<(TenantId, string), Publication> publications = new();
    private readonly CompiledTemplateCache compiled = new(versions: 2_000, bytes: MaxCompiled);
    private long lookups;

    /// <summary>Keys of which it is remembered what is published.</summary>
    public int KnownKeys => publications.Count;

    /// <summary>Bytes that the compiled versions take, as estimated; at most <see cref="MaxCompiled"/>.</summary>
    public long CompiledWeight => compiled.Weight;

    private sealed class Publication
    {
        private readonly Lazy<Task<PublishedTemplate?>> found;

        public Publication(Func<Publication, Task<PublishedTemplate?>> findAsync, long lookedUpAt, long number) =>
            (found, LookedUpAt, Number) = (new(() => findAsync(this)), lookedUpAt, number);

        public Task<PublishedTemplate?> Found => found.Value;

        public long LookedUpAt { get; }

        /// <summary>In the order in which questions and lookups began.</summary>
        public long Number { get; }
    }

    /// <summary>
    /// The published version of the tenant's template with that key; null if there is none. Only what was found is remembered: whoever asks after a
    /// publication, on any node, does not see what was true before it.
    /// </summary>
    public async ValueTask<PublishedTemplate?> FindPublishedAsync(TenantId tenant, string key, CancellationToken cancellationToken)
    {
        if (publications.TryGetValue((tenant, key), out var known) && known.Found.IsCompletedSuccessfully && IsUsable(known) && await known.Found is { } remembered)
            return remembered;

        if (!TemplateKey.IsValid(key))
            return null;
        var asked = Interlocked.Increment(ref lookups);
        while (true)
        {
            var lookup = LookUp(tenant, key);
            if (await lookup.Found.WaitAsync(cancellationToken) is { } found)
                return found;
            // Those who come at once share one query; but what a query that began earlier did not find may be there by now.
            if (lookup.Number > asked)
                return null;
        }
    }

    /// <summary>One version, compiled.</summary>
    /// <exception cref="InvalidOperationException">There is no such version.</exception>
    /// <exception cref="TemplateUnreadableException">It was published by a release that took what this one refuses.</exception>
    public ValueTask<CompiledTemplate> LoadAsync(TenantId tenant, Guid templateId, int version, CancellationToken cancellationToken) =>
        compiled.GetAsync(new(tenant, templateId, version), LoadAsync, cancellationToken);

    /// <summary>Forgets what is published under the key, because it has just changed.</summary>
    internal void Forget(TenantId tenant, string key) => publications.TryRemove((tenant, key), out _);

    /// <summary>The lookup under way, or a new one.</summary>
    private Publication LookUp(TenantId tenant, string key)
    {
        if (publications.Count >= MaxKeys)
            publications.Clear();
        var lookup = new Publication(found => FindAsync(tenant, key, found), time.GetTimestamp(), Interlocked.Increment(ref lookups));
        return publications.AddOrUpdate((tenant, key), lookup, (_, existing) => IsUsable(existing) ? existing : lookup);
    }

    private bool IsUsable(Publication publication) =>
        !publication.Found.IsFaulted && !publication.Found.IsCanceled && time.GetElapsedTime(publication.LookedUpAt) < Fresh;

    private async Task<PublishedTemplate?> FindAsync(TenantId tenant, string key, Publication lookup)
    {
        // Leaves the lock of Lazy first.
        await Task.Yield();
        PublishedTemplate? found = null;
        try
        {
            found = await FindAsync(tenant, key);
        }
        finally
        {
            if (found is null)
                publications.TryRemove(new KeyValuePair<(TenantId, string), Publication>((tenant, key), lookup));
        }

        return found;
    }

    private async Task<PublishedTemplate?> FindAsync(TenantId tenant, string key)
    {
        // Without the first caller's token: the others wait for the same response.
        PublishedTemplate? found = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, CancellationToken.None);
        batch.Add(tenant, FindStatement.With(Parameter.Of("key", key)));
        await batch.CommitAsync(
            row => found = new PublishedTemplate(
                row.GetGuid(Published.Id),
                key,
                row.GetInt32(Published.PublishedVersion),
                row.GetStringOrNull(Published.Category),
                row.GetFieldValue<short[]>(Published.Channels).Select(channel => (ChannelKind)channel).ToHashSet()),
            CancellationToken.None);
        return found;
    }

    private async Task<CompiledTemplate> LoadAsync(TemplateVersionKey wanted)
    {
        string? contents = null, variables = null;
        await using (var batch = await TenantBatch.OpenAsync(database.App, CancellationToken.None))
        {
            batch.Add(
                wanted.Tenant,
                LoadStatement.With(Parameter.Of("template", wanted.Template), Parameter.Of("version", wanted.Version)));
            await batch.CommitAsync(row => (contents, variables) = (row.GetString(Loaded.Contents), row.GetStringOrNull(Loaded.Variables)), CancellationToken.None);
        }

        if (contents is null)
            throw new InvalidOperationException($"template {wanted.Template} has no version {wanted.Version}");
        var (read, issues) = TemplateContentsCheck.Read(contents, variables);
        return read ?? throw new TemplateUnreadableException(wanted.Version, issues[0]);
    }

    private static readonly Statement FindStatement = Statement.Load("templates_find_published");
    private static readonly Statement LoadStatement = Statement.Load("template_versions_load");

    private static class Loaded
    {
        public static readonly Column Contents = LoadStatement.Column("contents"), Variables = LoadStatement.Column("variables");
    }

    private static class Published
    {
        public static readonly Column
            Id = FindStatement.Column("id"), PublishedVersion = FindStatement.Column("published_version"), Category = FindStatement.Column("category"),
            Channels = FindStatement.Column("channels");
    }
}
