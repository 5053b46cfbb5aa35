using NotificationService.Queueing;

namespace NotificationService.Deliveries;

/// <summary>
/// How much a worker holds and may hold: what is being called, what is written as begun, and a prefetch that lasts while the
/// next claim is made, a tenth of a second at the present rate. The prefetch is small when calls are slow, so that other
/// workers find work and a lease is not spent on waiting.
/// </summary>
/// <param name="concurrency">Calls at once.</param>
/// <param name="minPrefetch">The prefetch of an idle worker.</param>
/// <param name="maxPrefetch">The prefetch of the fastest.</param>
internal sealed class InFlightLimiter(int concurrency, int minPrefetch, int maxPrefetch, TimeProvider time)
{
    private static readonly TimeSpan PrefetchLasts = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(200);

    private readonly Signal freed = new();
    private int held;
    private int ended;
    private long windowBegan = time.GetTimestamp();
    private double perSecond;

    /// <summary>What is held besides and takes no capacity, such as calls that hang and what waits for one provider.</summary>
    public Func<int> Besides { get; init; } = static () => 0;

    /// <summary>How many more may be claimed.</summary>
    public int FreeCapacity => Math.Max(0, concurrency + Prefetch - (Volatile.Read(ref held) - Besides()));

    public int Held => Volatile.Read(ref held);

    private int Prefetch => Math.Clamp((int)(perSecond * PrefetchLasts.TotalSeconds), minPrefetch, maxPrefetch);

    public void Add(int count) => Interlocked.Add(ref held, count);

    public void Release()
    {
        Interlocked.Decrement(ref held);
        Interlocked.Increment(ref ended);
        freed.Give();
    }

    /// <summary>Ends when there is capacity for as many, or after a while.</summary>
    public async Task WaitForCapacityAsync(int count, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // A worker of few calls never has capacity for many: half of what it can hold is enough for it.
        count = Math.Min(count, Math.Max(1, (concurrency + minPrefetch) / 2));
        var began = time.GetTimestamp();
        while (FreeCapacity < count && time.GetElapsedTime(began) is var waited && waited < timeout)
            await freed.WaitAsync(timeout - waited, cancellationToken);
        Measure();
    }

    /// <summary>Ends when nothing is held any more, or after a while.</summary>
    public async Task WaitForNoneAsync(TimeSpan timeout)
    {
        var began = time.GetTimestamp();
        while (Held > 0 && time.GetElapsedTime(began) is var waited && waited < timeout)
            await freed.WaitAsync(timeout - waited, CancellationToken.None);
    }

    private void Measure()
    {
        var elapsed = time.GetElapsedTime(windowBegan);
        if (elapsed < Window)
            return;
        perSecond = Interlocked.Exchange(ref ended, 0) / elapsed.TotalSeconds;
        windowBegan = time.GetTimestamp();
    }
}
