using NotificationService.Queueing;

namespace NotificationService.Deliveries;

/// <summary>
/// How much may be in flight: what is being called, and a prefetch that lasts while the next is fetched, a tenth of a second at
/// the present rate. The prefetch is small when calls are slow, so that other workers find work and a lease is not spent on waiting.
/// The rate rises as soon as calls end faster and falls within a moment; an idle worker keeps the rate it had, so that what comes next begins with it.
/// </summary>
/// <param name="concurrency">Calls at once.</param>
/// <param name="minPrefetch">The prefetch of an idle worker.</param>
/// <param name="maxPrefetch">The prefetch of the fastest.</param>
public sealed class InFlightLimiter(int concurrency, int minPrefetch, int maxPrefetch, TimeProvider time)
{
    private static readonly TimeSpan PrefetchLasts = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FallsIn = TimeSpan.FromMilliseconds(100);

    /// <summary>What a worker could do before it was idle for longer says little of what it can do now.</summary>
    private static readonly TimeSpan RemembersFor = TimeSpan.FromMinutes(2);

    private readonly Signal released = new();
    private int held;
    private int ended;
    private long windowBegan = time.GetTimestamp();
    private double perSecond;

    public int Held => Volatile.Read(ref held);

    /// <summary>How many more may be taken; less than 0 when calls have become slow and the prefetch small.</summary>
    public int Free => concurrency + Prefetch - Held;

    /// <summary>How much is held ready beside what is being called.</summary>
    public int Prefetch => Math.Clamp((int)(perSecond * PrefetchLasts.TotalSeconds), minPrefetch, maxPrefetch);

    /// <summary>Not at the same time by two, nor beside <see cref="Measure"/>.</summary>
    public void Add(int count)
    {
        if (count > 0 && Held == 0)
            EndIdleness();
        Interlocked.Add(ref held, count);
    }

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
        if (elapsed < Window || (Held == 0 && Volatile.Read(ref ended) == 0))
            return;
        perSecond = Math.Max(Interlocked.Exchange(ref ended, 0) / elapsed.TotalSeconds, perSecond * Math.Exp(-(elapsed / FallsIn)));
        windowBegan = time.GetTimestamp();
    }

    /// <summary>The time without work is no measure of anything.</summary>
    private void EndIdleness()
    {
        if (time.GetElapsedTime(windowBegan) > RemembersFor)
            perSecond = 0;
        Interlocked.Exchange(ref ended, 0);
        windowBegan = time.GetTimestamp();
    }
}
