using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Tenants;

namespace NotificationService.Deliveries;

/// <summary>What the next claim may bring.</summary>
/// <param name="Max">Rows in all; 0 when there is no capacity now.</param>
/// <param name="Lanes">Lanes that may bring less than their share of it.</param>
internal sealed record ClaimPermit(int Max, LaneLimits Lanes);

/// <summary>
/// The one owner of everything that is limited on the way to a provider, for the process, a lane and a provider. It is asked once at each stage: what a claim
/// may bring, whether a message may be held, who may be called, how many intents may be written. It decides and does nothing itself.
/// What a delivery holds of the process is released once, when its result is written or it is left to its lease. Thread-safe, but for what it says of one stage alone.
/// </summary>
internal sealed class SendCapacity(DeliveryOptions options, ProviderDirectory directory, MessageMemory memory, TimeProvider time)
{
    /// <summary>A claim waits for capacity for as many: less is not worth its statement, unless the worker cannot hold more.</summary>
    public const int WorthAClaim = 64;

    private const int MinPrefetch = 32;
    private const int MaxPrefetch = 1024;

    /// <summary>The most intents of one statement.</summary>
    private const int MaxStarts = 256;

    private static readonly TimeSpan LongestWaitForStarts = TimeSpan.FromMilliseconds(100);

    // Of the process: what is claimed and not yet written back, and the calls it is for.
    private readonly InFlightLimiter inFlight = new(options.Concurrency, MinPrefetch, MaxPrefetch, time);
    private readonly CallsUnderWay calls = new(options.Concurrency * 10, time);

    // Few are written as begun before their turn: if the process dies, each of them is in doubt.
    private readonly InFlightLimiter begun = new(options.Concurrency, options.Concurrency / 4, options.Concurrency / 4, time);

    // Of lanes and of providers.
    private readonly LaneCapacity lanes = new(directory, options, time);
    private readonly ProviderQueues queues = new(options.LongestCall);

    /// <summary>The most that have a permit of their provider and no intent yet: all that is in flight, with those that waited for their providers.</summary>
    public int MaxAdmitted => options.Concurrency + (2 * MaxPrefetch);

    /// <summary>The most whose intent is written and that are not detached.</summary>
    public int MaxBegun => options.Concurrency + (options.Concurrency / 4);

    /// <summary>Calls that hang, and what waits for one provider, take no capacity from the others.</summary>
    private int Free => Math.Max(0, inFlight.Free + calls.Detached + Math.Min(queues.Waiting, MaxPrefetch));

    /// <summary>1. Waits, for as long as a poll, until a claim is worth its statement. To be asked by one loop.</summary>
    public async Task<ClaimPermit> ForClaimAsync(CancellationToken cancellationToken)
    {
        // A fast worker waits until a quarter of its prefetch is used up: a claim costs little more for hundreds than for one. A worker of few calls never has
        // capacity for many: half of what it can hold is enough for it.
        var enough = Math.Min(Math.Clamp(inFlight.Prefetch / 4, Math.Min(options.ClaimSize, WorthAClaim), options.ClaimSize), Math.Max(1, (options.Concurrency + MinPrefetch) / 2));
        var began = time.GetTimestamp();
        while (Free < enough && time.GetElapsedTime(began) is var waited && waited < options.Poll)
            await inFlight.WaitForReleaseAsync(options.Poll - waited, cancellationToken);
        inFlight.Measure();
        var max = Math.Min(Free, options.ClaimSize);
        return new ClaimPermit(max, max == 0 ? LaneLimits.None : lanes.Limits());
    }

    /// <summary>What the claim brought is in flight from here on.</summary>
    public void Claimed(IReadOnlyList<ClaimedDelivery> deliveries, ClaimPermit permit)
    {
        lanes.Claimed(deliveries, permit.Lanes);
        inFlight.Add(deliveries.Count);
    }

    /// <summary>In how long a claim that found nothing is worth repeating: sooner than the poll when lanes are held back that have more.</summary>
    public TimeSpan ClaimAgainIn => lanes.LookAgainIn is { } soon && soon < options.Poll ? soon : options.Poll;

    /// <summary>2. False when the process holds as much in large messages as it may.</summary>
    public bool TryHold(DeliveryId delivery, ChannelMessage message) => memory.TryHold(delivery, message);

    /// <summary>Who serves a lane, as whoever prepares has seen.</summary>
    public void Served(LaneId lane, IReadOnlyList<ConfiguredProvider> by) => lanes.Served(lane, by);

    /// <summary>A tenant's providers are others by now.</summary>
    public void ProvidersChanged(TenantId tenant) => lanes.ProvidersChanged(tenant);

    /// <summary>A claimed delivery ended before it waited for a permit of its provider.</summary>
    public void Unprepared(ClaimedDelivery delivery) => lanes.Left(delivery);

    /// <summary>3. From here on it waits for a permit of its provider; <see cref="Next"/> says when it is its turn.</summary>
    public void Wait(PreparedDelivery delivery) => queues.Add(delivery);

    /// <summary>
    /// Decides on whoever is next at a provider. To be asked, until nobody is, whenever somebody comes to wait, a permit is given back, or time has passed:
    /// pauses end, shares of a rate come in, leases grow short.
    /// </summary>
    public Admission Next(ProviderLimiter provider)
    {
        var admission = queues.Next(provider);
        switch (admission)
        {
            case Admission.Granted granted:
                lanes.Left(granted.Delivery.Claim);
                break;
            case Admission.Refused refused:
                lanes.Left(refused.Delivery.Claim);
                break;
        }

        return admission;
    }

    /// <summary>The providers that somebody waits for.</summary>
    public IEnumerable<ProviderLimiter> Awaited() => queues.Providers();

    /// <summary>Everybody who waits for a provider, out of the queues: the worker stops.</summary>
    public IReadOnlyList<PreparedDelivery> TakeWaiting()
    {
        var all = queues.Empty();
        foreach (var delivery in all)
            lanes.Left(delivery.Claim);
        return all;
    }

    /// <summary>
    /// 4. How many intents may be written now, 0 when the callers are busy for longer than a moment. Many at once cost little more than one: it waits until there is
    /// capacity for as many as stand ready. Half of the prefetch is still there then, so that no call waits for the statement. To be asked by one loop.
    /// </summary>
    public async Task<int> ForStartAsync(int ready)
    {
        var enough = Math.Min(ready, Math.Clamp(options.Concurrency / 8, 1, MaxStarts));
        var began = time.GetTimestamp();
        while (begun.Free < enough && time.GetElapsedTime(began) is var waited && waited < LongestWaitForStarts)
            await begun.WaitForReleaseAsync(LongestWaitForStarts - waited, CancellationToken.None);
        return Math.Clamp(begun.Free, 0, MaxStarts);
    }

    /// <summary>The intents of so many are written.</summary>
    public void Started(int count) => begun.Add(count);

    /// <summary>5. A call begins: it has a slot.</summary>
    public CallsUnderWay.Call BeginCall(StartedDelivery delivery) => calls.Begin(delivery);

    /// <summary>The call has ended. False when it was detached: its slot is somebody else's by now.</summary>
    public bool EndCall(CallsUnderWay.Call call)
    {
        if (!calls.End(call))
            return false;
        begun.Release();
        return true;
    }

    /// <summary>Takes their slots from calls that have become slow, and says how many slots became free by that.</summary>
    public int DetachSlowCalls()
    {
        var count = calls.DetachSlow();
        for (var i = 0; i < count; i++)
            begun.Release();
        return count;
    }

    /// <summary>6. The result is written, or it is left to its lease: whatever became of it, this process does not hold it any more.</summary>
    public void Release(DeliveryId delivery)
    {
        memory.Release(delivery);
        inFlight.Release();
    }

    /// <summary>Ends when nothing is in flight any more, or after the longest call. Nobody may be claiming meanwhile.</summary>
    public async Task WaitForNoneAsync()
    {
        var began = time.GetTimestamp();
        while (inFlight.Held > 0 && time.GetElapsedTime(began) is var waited && waited < options.LongestCall)
            await inFlight.WaitForReleaseAsync(options.LongestCall - waited, CancellationToken.None);
    }
}
