using System.Collections.Concurrent;
using NotificationService.Storage;

namespace NotificationService.Tenants;

/// <summary>
/// Tenants as they are set up, from memory. A change is known at once on the node that made it and within two seconds on every other: while somebody asks, one
/// statement a second says which tenants changed lately, whosever they are. While nobody asks, nothing is read.
/// </summary>
public sealed class TenantSettingsCache(TenantSettingsStore store, Database database, TimeProvider time)
{
    public const int Capacity = 20_000;

    private const int MaxChanged = 1_000;

    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UsableFor = TimeSpan.FromSeconds(2);

    /// <summary>A change is stamped before it is committed, and by another clock: so far back is asked again.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    /// <summary>Whoever has not looked for so long forgets everything instead.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private static readonly Statement Changed = Statement.Load("tenants_changed");
    private static readonly Column Tenant = Changed.Column("tenant_id"), Revision = Changed.Column("revision");

    private readonly ConcurrentDictionary<TenantId, Lazy<Task<TenantSettings>>> known = new();
    private readonly Lock sync = new();
    private Task? looking;
    private Look? last;

    /// <summary>Tenants remembered.</summary>
    public int Count => known.Count;

    /// <summary>The tenant as it was set up at most two seconds ago. One that does not exist is <see cref="TenantStatus.Gone"/>.</summary>
    public ValueTask<TenantSettings> GetAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref last) is { } look && time.GetElapsedTime(look.Began) < LookAgainAfter
            && known.TryGetValue(tenant, out var entry) && entry.IsValueCreated && entry.Value.IsCompletedSuccessfully)
#pragma warning disable RS0030 // it has ended
            return new ValueTask<TenantSettings>(entry.Value.Result);
#pragma warning restore RS0030
        return AskAsync(tenant, cancellationToken);
    }

    /// <summary>
    /// Reads, by one statement, those of many tenants that are not known, for a worker that is about to ask for each. Of one tenant it reads nothing.
    /// </summary>
    public async Task LoadAsync(IEnumerable<TenantId> tenants, CancellationToken cancellationToken)
    {
        var unknown = new HashSet<TenantId>();
        foreach (var tenant in tenants)
        {
            if (!known.ContainsKey(tenant))
                unknown.Add(tenant);
        }

        if (unknown.Count < 2)
            return;
        if (known.Count >= Capacity)
            known.Clear();
        // What changes meanwhile is stamped later than this and is found by the next look.
        foreach (var settings in await store.FindAsync(TenantSet.Of(unknown), cancellationToken))
        {
            var entry = new Lazy<Task<TenantSettings>>(Task.FromResult(settings));
            known.TryAdd(settings.Tenant, entry);
        }
    }

    /// <summary>After a change on this node was committed.</summary>
    public void Forget(TenantId tenant) => known.TryRemove(tenant, out _);

    private async ValueTask<TenantSettings> AskAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        var look = Volatile.Read(ref last);
        if (look is null || time.GetElapsedTime(look.Began) >= LookAgainAfter)
        {
            var fresh = BeginLookAsync();
            if (look is null || time.GetElapsedTime(look.Began) >= UsableFor)
                await fresh.WaitAsync(cancellationToken);
        }

        if (known.Count >= Capacity)
            known.Clear();
        var entry = known.GetOrAdd(tenant, static (id, cache) => new Lazy<Task<TenantSettings>>(() => cache.LoadAsync(id)), this);
        try
        {
            var settings = await entry.Value.WaitAsync(cancellationToken);
            if (settings.Status == TenantStatus.Gone)
                known.TryRemove(new KeyValuePair<TenantId, Lazy<Task<TenantSettings>>>(tenant, entry));
            return settings;
        }
        catch when (entry.Value.IsFaulted || entry.Value.IsCanceled)
        {
            known.TryRemove(new KeyValuePair<TenantId, Lazy<Task<TenantSettings>>>(tenant, entry));
            throw;
        }
    }

    /// <summary>Without the first caller's token: the others wait for the same answer.</summary>
    private async Task<TenantSettings> LoadAsync(TenantId tenant) =>
        await store.FindAsync(tenant, CancellationToken.None) ?? new TenantSettings
        {
            Tenant = tenant,
            Key = "",
            Name = "",
            CreatedAt = default,
            Status = TenantStatus.Gone,
            Brand = new("", null, null),
        };

    /// <summary>One look at a time, whoever asks.</summary>
    private Task BeginLookAsync()
    {
        lock (sync)
            return looking ??= LookAsync();
    }

    private async Task LookAsync()
    {
        await Task.Yield(); // the lock is not held while reading
        try
        {
            var (before, began) = (last, time.GetTimestamp());
            if (before is null || time.GetElapsedTime(before.Began) > Longest)
                known.Clear();
            else
                await ForgetChangedAsync(time.GetElapsedTime(before.Began) + Overlap);
            Volatile.Write(ref last, new Look(began));
        }
        finally
        {
            lock (sync)
                looking = null;
        }
    }

    private async Task ForgetChangedAsync(TimeSpan within)
    {
        var changed = 0;
        await using var command = Changed.With(Parameter.Of("within", within), Parameter.Of("max", MaxChanged)).On(database.App);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            changed++;
            var (tenant, revision) = (new TenantId(reader.GetGuid(Tenant)), reader.GetInt32(Revision));
            // Also what is being loaded: nobody knows whether it will be older or newer.
#pragma warning disable RS0030 // it has ended
            if (known.TryGetValue(tenant, out var entry) && !(entry.IsValueCreated && entry.Value.IsCompletedSuccessfully && entry.Value.Result.Revision == revision))
#pragma warning restore RS0030
                known.TryRemove(new KeyValuePair<TenantId, Lazy<Task<TenantSettings>>>(tenant, entry));
        }

        if (changed == MaxChanged)
            known.Clear();
    }

    private sealed record Look(long Began);
}
