using System.Collections.Concurrent;
using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Deliveries;

/// <summary>What is claimed in turn: one tenant's deliveries on one channel.</summary>
public readonly record struct LaneId(TenantId Tenant, ChannelKind Channel);

/// <summary>How many of a lane the next claim may bring, where that is less than what a claim could hold.</summary>
public sealed record LaneLimits(Guid[] Tenants, short[] Channels, int[] Max)
{
    public static readonly LaneLimits None = new([], [], []);
}

/// <summary>
/// What this worker knows of the lanes it works: who serves them and how many of their deliveries wait here for a permit.
/// From that follows how many more to claim, so that rows stay in the queue while nobody can take them: a suspended or resting
/// provider, a rate that is used up, calls that hang.
/// </summary>
internal sealed class LaneCapacity(ProviderDirectory directory, DeliveryOptions options, TimeProvider time)
{
    /// <summary>Of a lane that nobody serves at the moment some are looked at now and then: what has expired ends, and what is for the sandbox goes there.</summary>
    private const int Trickle = 32;

    private static readonly TimeSpan TrickleEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SweepsEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LooksEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SoonestLook = TimeSpan.FromMilliseconds(20);

    /// <summary>Looks under way at once: they share their connections with the API.</summary>
    private const int MaxLooks = 4;

    private readonly ConcurrentDictionary<LaneId, State> lanes = new();
    private int looks;
    private long sweptAt = time.GetTimestamp();

    /// <summary>When lanes that are held back may have capacity; null when none is.</summary>
    public TimeSpan? LookAgainIn { get; private set; }

    public void Claimed(IReadOnlyList<ClaimedDelivery> deliveries, LaneLimits limits)
    {
        var brought = new Dictionary<LaneId, int>();
        foreach (var delivery in deliveries)
        {
            var lane = new LaneId(delivery.Tenant, delivery.Channel);
            var state = Of(lane);
            Interlocked.Increment(ref state.Waiting);
            state.ClaimedAt = time.GetTimestamp();
            brought[lane] = brought.GetValueOrDefault(lane) + 1;
        }

        // A lane that brought less than it might has nothing left: no need to hurry back to it.
        for (var i = 0; i < limits.Max.Length; i++)
        {
            var lane = new LaneId(new TenantId(limits.Tenants[i]), (ChannelKind)limits.Channels[i]);
            if (lanes.TryGetValue(lane, out var state) && limits.Max[i] > 0)
                state.HasMore = brought.GetValueOrDefault(lane) >= limits.Max[i];
        }
    }

    /// <summary>A claimed delivery has a permit, or ended without one.</summary>
    public void Left(ClaimedDelivery delivery) => Interlocked.Decrement(ref Of(new LaneId(delivery.Tenant, delivery.Channel)).Waiting);

    /// <summary>The tenant's providers are others by now: its lanes are claimed from without a limit, until whoever prepares what that brings has seen who serves them.</summary>
    public void ProvidersChanged(TenantId tenant)
    {
        directory.Forget(tenant);
        foreach (var (lane, state) in lanes)
        {
            if (lane.Tenant == tenant)
                state.ServedBy = null;
        }
    }

    public void Served(LaneId lane, IReadOnlyList<ConfiguredProvider> by)
    {
        var state = Of(lane);
        (state.ServedBy, state.SeenAt) = (by, time.GetTimestamp());
    }

    /// <summary>For the next claim.</summary>
    public LaneLimits Limits()
    {
        Sweep();
        (List<LaneId>? held, List<int>? max, TimeSpan? again) = (null, null, null);
        foreach (var (lane, state) in lanes)
        {
            if (state.ServedBy is not { Count: > 0 } providers || MaxOf(state, providers) is not { } limit)
            {
                state.HasMore = true;
                // Nothing of it is here and nothing holds it back: there may be very many such, and each claim asks all that are known.
                if (Volatile.Read(ref state.Waiting) == 0)
                    lanes.TryRemove(lane, out _);
                continue;
            }

            // Nobody asks for the providers of a lane that nothing is taken of: somebody may have corrected one.
            if (limit == 0 && time.GetElapsedTime(state.SeenAt) > LooksEvery)
                Look(lane, state);
            (held ??= []).Add(lane);
            (max ??= []).Add(limit);
            if (state.HasMore && providers.Min(provider => provider.Limiter.PermitIn) is var soon && (again is null || soon < again))
                again = soon > SoonestLook ? soon : SoonestLook;
        }

        LookAgainIn = again;
        return held is null ? LaneLimits.None : new LaneLimits([.. held.Select(lane => lane.Tenant.Value)], [.. held.Select(lane => (short)lane.Channel)], [.. max!]);
    }

    /// <summary>Null: as many as there are.</summary>
    private int? MaxOf(State state, IReadOnlyList<ConfiguredProvider> providers)
    {
        var (capacity, served) = (0, false);
        foreach (var provider in ProviderRouter.InTurn(providers))
        {
            served = true;
            capacity += provider.Limiter.FreePermits + provider.Limiter.Prefetch;
            if (capacity - Volatile.Read(ref state.Waiting) >= options.ClaimSize)
                return null;
        }

        if (served)
            return Math.Max(0, capacity - Volatile.Read(ref state.Waiting));
        if (time.GetElapsedTime(state.TrickledAt) < TrickleEvery)
            return 0;
        state.TrickledAt = time.GetTimestamp();
        return Trickle;
    }

    private void Look(LaneId lane, State state)
    {
        if (Interlocked.Increment(ref looks) > MaxLooks)
        {
            Interlocked.Decrement(ref looks);
            return;
        }

        state.SeenAt = time.GetTimestamp();
        _ = LookAsync(lane, state);
    }

    private async Task LookAsync(LaneId lane, State state)
    {
        try
        {
            state.ServedBy = await directory.ForAsync(lane.Tenant, lane.Channel, live: true, CancellationToken.None);
        }
        catch (Exception exception) when (DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            // What is known has to do until the database is back.
        }
        finally
        {
            Interlocked.Decrement(ref looks);
        }
    }

    private State Of(LaneId lane) => lanes.GetOrAdd(lane, static (_, now) => new State { ClaimedAt = now }, time.GetTimestamp());

    private void Sweep()
    {
        if (time.GetElapsedTime(sweptAt) < SweepsEvery)
            return;
        sweptAt = time.GetTimestamp();
        foreach (var (lane, state) in lanes)
        {
            if (Volatile.Read(ref state.Waiting) == 0 && time.GetElapsedTime(state.ClaimedAt) > ForgottenAfter)
                lanes.TryRemove(lane, out _);
        }
    }

    private sealed class State
    {
        /// <summary>Claimed and without a permit of a provider yet.</summary>
        public int Waiting;

        public volatile IReadOnlyList<ConfiguredProvider>? ServedBy;

        public bool HasMore { get; set; } = true;

        /// <summary>When its providers were last asked for.</summary>
        public long SeenAt { get; set; }

        /// <summary>When it last brought something; a lane that does not is forgotten.</summary>
        public long ClaimedAt { get; set; }

        public long TrickledAt { get; set; }
    }
}
