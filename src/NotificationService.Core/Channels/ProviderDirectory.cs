using System.Collections.Concurrent;
using NotificationService.Tenants;

namespace NotificationService.Channels;

/// <summary>
/// Which providers a tenant's channel has, live and in order. Answers from memory; looks again in the background after a
/// second, so that another node's change is seen within two, and at once after a change on this node.
/// </summary>
public sealed class ProviderDirectory(ProviderStore store, EnabledProviders enabled, ProviderInstances instances, TimeProvider time)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UsableFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(TenantId Tenant, ChannelKind Channel), Listing> listings = new();
    private long lastSweep = time.GetTimestamp();

    /// <summary>
    /// The enabled providers by priority, then weight: the vendors, or only the sandbox where that alone stands first. A
    /// test account only ever reaches the sandbox, which is there even if the tenant configured none; so is in-app, which
    /// needs no vendor.
    /// </summary>
    public async ValueTask<IReadOnlyList<ConfiguredProvider>> ForAsync(TenantId tenant, ChannelKind channel, bool live, CancellationToken cancellationToken)
    {
        var listing = listings.GetOrAdd((tenant, channel), static _ => new Listing());
        var providers = listing.Current(time) ?? await LoadAsync(listing, tenant, channel, cancellationToken);
        return live ? providers.Live : providers.Test.Value;
    }

    /// <summary>
    /// Reads, by one statement, what is not known of many lanes or was read too long ago: then <see cref="ForAsync"/> answers for each from memory. Of one lane
    /// it reads nothing: who still has a usable list does not wait for a fresh one.
    /// </summary>
    public async Task RefreshAsync(IEnumerable<(TenantId Tenant, ChannelKind Channel)> lanes, CancellationToken cancellationToken)
    {
        var stale = new Dictionary<(TenantId Tenant, ChannelKind Channel), Listing>();
        foreach (var lane in lanes)
        {
            if (listings.GetOrAdd(lane, static _ => new Listing()) is var listing && listing.Current(time) is null)
                stale[lane] = listing;
        }

        if (stale.Count < 2)
            return;
        Sweep();
        var readAt = time.GetTimestamp();
        var rows = await enabled.ReadAsync(stale.Keys, cancellationToken);
        foreach (var (lane, listing) in stale)
        {
            try
            {
                listing.Keep(Of(lane.Tenant, lane.Channel, [.. rows[lane].Select(row => new StoredProvider(row, store.Open(row)))], readAt), readAt);
            }
#pragma warning disable CA1031 // what one tenant's row holds is its own: whoever asks for it reads it again by itself and sees what is wrong
            catch (Exception)
#pragma warning restore CA1031
            {
                continue;
            }
        }
    }

    /// <summary>After a change by this node: the next call sees it.</summary>
    public void Forget(TenantId tenant)
    {
        // Not merely marked stale: a load that began before the change may still end in the old listing, which nobody asks again.
        foreach (var channel in ChannelKinds.All)
            listings.TryRemove((tenant, channel), out _);
    }

    private async ValueTask<Providers> LoadAsync(Listing listing, TenantId tenant, ChannelKind channel, CancellationToken cancellationToken)
    {
        Sweep();
        var (load, usable) = listing.BeginLoad(() => ReadAsync(tenant, channel), time);
        // Who still has a usable list does not wait for the fresh one; a failure then shows in the next call.
        return usable ?? await load.WaitAsync(cancellationToken);
    }

    private async Task<Providers> ReadAsync(TenantId tenant, ChannelKind channel)
    {
        var readAt = time.GetTimestamp();
        return Of(tenant, channel, await store.LoadEnabledAsync(tenant, channel, CancellationToken.None), readAt);
    }

    private Providers Of(TenantId tenant, ChannelKind channel, IReadOnlyList<StoredProvider> stored, long readAt)
    {
        var all = stored.OrderBy(provider => provider.Row.Priority).ThenByDescending(provider => provider.Row.Weight).ThenBy(provider => provider.Row.Id)
            .Select(provider => instances.Of(provider, readAt)).ToArray();
        var (sandboxes, vendors) = (all.Where(IsSandbox).ToArray(), all.Where(provider => !IsSandbox(provider)).ToArray());
        // A sandbox is no second choice: what a vendor could not take must not vanish in it, nor a message meant for it go to a vendor.
        var first = all.Length == 0 || all.Any(provider => provider.Priority == all[0].Priority && !IsSandbox(provider)) ? vendors : sandboxes;
        return new Providers(
            first.Length == 0 && ChannelTable.Of(channel).BuiltInProvider is { } type ? [instances.BuiltIn(tenant, channel, type)] : first,
            new Lazy<IReadOnlyList<ConfiguredProvider>>(() => sandboxes.Length == 0 ? [instances.BuiltIn(tenant, channel, ProviderInstances.SandboxType)] : sandboxes));
    }

    private static bool IsSandbox(ConfiguredProvider provider) => provider.Type == ProviderInstances.SandboxType;

    /// <summary>Tenants that nobody asked for in a while leave memory.</summary>
    private void Sweep()
    {
        var last = Interlocked.Read(ref lastSweep);
        if (time.GetElapsedTime(last) < ForgottenAfter || Interlocked.CompareExchange(ref lastSweep, time.GetTimestamp(), last) != last)
            return;
        foreach (var (key, listing) in listings)
        {
            if (listing.Age(time) > ForgottenAfter)
                listings.TryRemove(key, out _);
        }

        instances.Sweep(ForgottenAfter);
    }

    /// <summary>Most tenants never send a test: what would serve it is made when one does.</summary>
    private sealed record Providers(IReadOnlyList<ConfiguredProvider> Live, Lazy<IReadOnlyList<ConfiguredProvider>> Test);

    private sealed class Listing
    {
        private readonly Lock sync = new();
        private Task<Providers>? loading;
        private volatile Loaded? loaded;

        public Providers? Current(TimeProvider time) => loaded is { } now && time.GetElapsedTime(now.At) < FreshFor ? now.Value : null;

        public TimeSpan Age(TimeProvider time) => loaded is { } now ? time.GetElapsedTime(now.At) : TimeSpan.Zero;

        /// <summary>One load at a time, whoever asks. <c>Usable</c> is null when the caller must wait for it.</summary>
        public (Task<Providers> Load, Providers? Usable) BeginLoad(Func<Task<Providers>> read, TimeProvider time)
        {
            lock (sync)
            {
                var usable = loaded is { } now && time.GetElapsedTime(now.At) < UsableFor ? now.Value : null;
                return (loading ??= LoadAsync(read, time), usable);
            }
        }

        /// <summary>What was read beside others, unless something later is known.</summary>
        public void Keep(Providers value, long readAt)
        {
            lock (sync)
            {
                if (loaded is null || loaded.At < readAt)
                    loaded = new Loaded(value, readAt);
            }
        }

        private async Task<Providers> LoadAsync(Func<Task<Providers>> read, TimeProvider time)
        {
            await Task.Yield(); // the lock is not held while reading
            var began = time.GetTimestamp(); // what is changed from here on may be missing
            try
            {
                var value = await read();
                loaded = new Loaded(value, began);
                return value;
            }
            finally
            {
                lock (sync)
                    loading = null;
            }
        }

        private sealed record Loaded(Providers Value, long At);
    }
}
