using System.Collections.Concurrent;
using System.Collections.Frozen;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Categories;

/// <summary>What a tenant's categories say, as of one moment.</summary>
public sealed record KnownCategories(IReadOnlyDictionary<string, CategoryRule> ByKey)
{
    public bool IsFull => ByKey.Count >= CategoryStore.MaxOfTenant;
}

/// <summary>
/// What a tenant's categories say, from memory where possible: read again after two seconds, and at once on the node that changed one. Many who miss the same
/// tenant wait for one statement. Whoever sends under a key that is known here costs the database nothing.
/// </summary>
public sealed class CategoryCatalog(Database database, TimeProvider time)
{
    /// <summary>Categories remembered, of all tenants together.</summary>
    public const int Capacity = 100_000;

    private const int MaxTenants = 20_000;

    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);
    private static readonly Statement ReadStatement = Statement.Load("categories_read");

    private readonly ConcurrentDictionary<TenantId, Reading> known = new();
    private int rules;

    /// <summary>Tenants remembered.</summary>
    public int Count => known.Count;

    public ValueTask<KnownCategories> GetAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(tenant, out var reading) && IsUsable(reading))
            return new ValueTask<KnownCategories>(reading.Found.WaitAsync(cancellationToken));
        if (known.Count >= MaxTenants || Volatile.Read(ref rules) >= Capacity)
        {
            known.Clear();
            Volatile.Write(ref rules, 0);
        }

        var mine = new Reading(() => ReadAsync(tenant), time.GetTimestamp());
        return new ValueTask<KnownCategories>(known.AddOrUpdate(tenant, mine, (_, existing) => IsUsable(existing) ? existing : mine).Found.WaitAsync(cancellationToken));
    }

    /// <summary>After a change on this node was committed.</summary>
    public void Forget(TenantId tenant) => known.TryRemove(tenant, out _);

    private bool IsUsable(Reading reading) => !reading.Found.IsFaulted && !reading.Found.IsCanceled && time.GetElapsedTime(reading.Began) < Fresh;

    /// <summary>Without the first caller's token: the others wait for the same answer.</summary>
    private async Task<KnownCategories> ReadAsync(TenantId tenant)
    {
        // Leaves the lock of Lazy first.
        await Task.Yield();
        var found = new Dictionary<string, CategoryRule>(StringComparer.Ordinal);
        await using var batch = await TenantBatch.OpenAsync(database.App, CancellationToken.None);
        batch.Add(tenant, ReadStatement.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("max", CategoryStore.MaxOfTenant)));
        await batch.CommitAsync(row => found[row.GetString(Columns.Key)] = Read(row), CancellationToken.None);
        Interlocked.Add(ref rules, found.Count);
        return new KnownCategories(found.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private static CategoryRule Read(NpgsqlDataReader row) => new(
        CategoryJson.Read(row.GetString(Columns.Channels)), row.GetBoolean(Columns.Critical), row.GetBoolean(Columns.Marketing),
        row.GetOrNull<int>(Columns.ExpiresAfter) is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

    private static class Columns
    {
        public static readonly Column
            Key = ReadStatement.Column("key"), Channels = ReadStatement.Column("channels"), Critical = ReadStatement.Column("critical"),
            Marketing = ReadStatement.Column("marketing"), ExpiresAfter = ReadStatement.Column("expires_after");
    }

    private sealed class Reading(Func<Task<KnownCategories>> read, long began)
    {
        private readonly Lazy<Task<KnownCategories>> found = new(read);

        public Task<KnownCategories> Found => found.Value;

        public long Began { get; } = began;
    }
}
