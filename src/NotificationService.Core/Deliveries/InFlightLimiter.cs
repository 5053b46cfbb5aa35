using NotificationService.Queueing;

namespace NotificationService.Deliveries;

/// <summary>
/// How much may be in flight: what is being called, and a prefetch that lasts while the next is fetched, a tenth of a second at
/// the present rate. The prefetch is small when calls are slow, so that other workers find work and a lease is not spent on waiting.
/// </summary>
/// <param name="concurrency">Calls at once.</param>
/// <param name="minPrefetch">The prefetch of an idle worker.</param>
/// <param name="maxPrefetch">The prefetch of the fastest.</param>
public sealed class InFlightLimiter(int concurrency, int minPrefetch, int maxPrefetch, TimeProvider time)
{
    private static readonly TimeSpan PrefetchLasts = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(200);

    private readonly Signal released = new();
    private int held;
    private int ended;
    private long windowBegan = time.GetTimestamp();
    private double perSecond;

    public int Held => Volatile.Read(ref held);

    /// <summary>How many more may be taken; less than 0 when calls have become slow and the prefetch small.</summary>
    public int Free => concurrency + Math.Clamp((int)(perSecond * PrefetchLasts.TotalSeconds), minPrefetch, maxPrefetch) - Held;

    public void Add(int count) => Interlocked.Add(ref held, count);

    public void Release()
    {
        Interlocked.Decrement(ref held);
        Interlocked.Increment(ref ended);
        released.Give();
    }

    /// <summary>Ends when something was released since the last time, or after a while.</summary>
    public Task WaitForReleaseAsync(TimeSpan timeout, CancellationToken cancellationToken) => released.WaitAsync(timeout, cancellationToken);

    /// <summary>Sets the prefetch by the rate of late. Not at the same time by two.</summary>
    public void Measure()
    {
        var elapsed = time.GetElapsedTime(windowBegan);
        if (elapsed < Window)
            return;
        perSecond = Interlocked.Exchange(ref ended, 0) / elapsed.TotalSeconds;
        windowBegan = time.GetTimestamp();
    }
}
