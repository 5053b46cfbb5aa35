using NotificationService.Queueing;

namespace NotificationService.Deliveries;

/// <summary>
/// How much a worker holds and may hold: what is being called, what is written as begun, and a stock that lasts while the
/// next claim is made, a tenth of a second at the present rate. The stock is small when calls are slow, so that other
/// workers find work and a lease is not spent on waiting.
/// </summary>
/// <param name="concurrency">Calls at once.</param>
/// <param name="leastStock">The stock of an idle worker.</param>
/// <param name="mostStock">The stock of the fastest.</param>
internal sealed class InHand(int concurrency, int leastStock, int mostStock, TimeProvider time)
{
    private static readonly TimeSpan StockLasts = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(200);

    private readonly Hint freed = new();
    private int held;
    private int ended;
    private long windowBegan = time.GetTimestamp();
    private double perSecond;

    /// <summary>What is held besides and takes no room, such as calls that hang and what waits in line for one provider.</summary>
    public Func<int> Besides { get; init; } = static () => 0;

    /// <summary>How many more may be claimed.</summary>
    public int Room => Math.Max(0, concurrency + Stock - (Volatile.Read(ref held) - Besides()));

    public int Held => Volatile.Read(ref held);

    private int Stock => Math.Clamp((int)(perSecond * StockLasts.TotalSeconds), leastStock, mostStock);

    public void Add(int count) => Interlocked.Add(ref held, count);

    public void Release()
    {
        Interlocked.Decrement(ref held);
        Interlocked.Increment(ref ended);
        freed.Give();
    }

    /// <summary>Ends when there is room for as many, or after a while.</summary>
    public async Task WaitForRoomAsync(int count, TimeSpan atMost, CancellationToken cancellationToken)
    {
        // A worker of few calls never has room for many: half of what it can hold is enough for it.
        count = Math.Min(count, Math.Max(1, (concurrency + leastStock) / 2));
        var began = time.GetTimestamp();
        while (Room < count && time.GetElapsedTime(began) is var waited && waited < atMost)
            await freed.WaitAsync(atMost - waited, cancellationToken);
        Measure();
    }

    /// <summary>Ends when nothing is held any more, or after a while.</summary>
    public async Task WaitForNoneAsync(TimeSpan atMost)
    {
        var began = time.GetTimestamp();
        while (Held > 0 && time.GetElapsedTime(began) is var waited && waited < atMost)
            await freed.WaitAsync(atMost - waited, CancellationToken.None);
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
