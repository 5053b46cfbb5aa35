using System.Collections.Concurrent;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Recipients.Preferences;

/// <summary>
/// Which tenants have anything that could stand against sending: of the others nobody is looked up. That a tenant has nothing is believed for two seconds, on the
/// node where it begins to have something at once; that it has something, for a minute. Whoever is taken for having nothing is looked at again by the worker.
/// </summary>
public sealed class ObjectingTenants(Database database, TimeProvider time)
{
    public const int Capacity = 20_000;

    private static readonly TimeSpan BelievedOfNothing = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BelievedOfSomething = TimeSpan.FromMinutes(1);

    private static readonly Statement Any = Statement.Load("recipient_preferences_any");
    private static readonly Column Suppresses = Any.Column("suppresses"), Prefers = Any.Column("prefers");

    private readonly ConcurrentDictionary<TenantId, Look> known = new();

    /// <summary>Tenants remembered.</summary>
    public int Count => known.Count;

    public ValueTask<bool> HasAnyAsync(TenantId tenant, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(tenant, out var look) && IsUsable(look))
            return new ValueTask<bool>(look.Found.WaitAsync(cancellationToken));
        if (known.Count >= Capacity)
            known.Clear();
        var mine = new Look(() => ReadAsync(tenant), time.GetTimestamp());
        return new ValueTask<bool>(known.AddOrUpdate(tenant, mine, (_, existing) => IsUsable(existing) ? existing : mine).Found.WaitAsync(cancellationToken));
    }

    /// <summary>After the tenant's first may have been committed on this node.</summary>
    public void Forget(TenantId tenant) => known.TryRemove(tenant, out _);

    private bool IsUsable(Look look)
    {
        if (look.Found.IsFaulted || look.Found.IsCanceled)
            return false;
#pragma warning disable RS0030 // it has ended
        var believed = look.Found.IsCompletedSuccessfully && look.Found.Result ? BelievedOfSomething : BelievedOfNothing;
#pragma warning restore RS0030
        return time.GetElapsedTime(look.Began) < believed;
    }

    /// <summary>Without the first caller's token: the others wait for the same answer.</summary>
    private async Task<bool> ReadAsync(TenantId tenant)
    {
        // Leaves the lock of Lazy first.
        await Task.Yield();
        var has = false;
        await using var batch = await TenantBatch.OpenAsync(database.App, CancellationToken.None);
        batch.Add(tenant, Any.With(Parameter.Of("tenant", tenant.Value)));
        await batch.CommitAsync(row => has = row.GetBoolean(Suppresses) || row.GetBoolean(Prefers), CancellationToken.None);
        return has;
    }

    private sealed class Look(Func<Task<bool>> read, long began)
    {
        private readonly Lazy<Task<bool>> found = new(read);

        public Task<bool> Found => found.Value;

        public long Began { get; } = began;
    }
}
