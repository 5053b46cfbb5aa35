using System.Collections.Concurrent;

namespace NotificationService.Deliveries;

/// <summary>
/// Runs as many calls at once as allowed, in the order they come. A call that takes longer than a second goes on beside:
/// it gives its slot to the next, so that a provider that hangs costs the others nothing but that second.
/// </summary>
internal sealed class CallSlots(int slots, Func<StartedDelivery, Task> call, TimeProvider time)
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hanging = TimeSpan.FromSeconds(5);

    private readonly Queue<StartedDelivery> waiting = new();
    private readonly ConcurrentDictionary<Call, bool> underWay = new();
    private readonly int maxDetached = slots * 10;
    private int free = slots;
    private int detached;

    /// <summary>Called whenever a slot becomes free.</summary>
    public Action Freed { get; init; } = static () => { };

    /// <summary>Calls that go on without a slot.</summary>
    public int Detached => Volatile.Read(ref detached);

    public void Add(StartedDelivery delivery)
    {
        lock (waiting)
        {
            waiting.Enqueue(delivery);
            RunNext();
        }
    }

    /// <summary>Looks after calls that take long; to be called a few times a second.</summary>
    public void LookAfterSlow()
    {
        foreach (var (slow, _) in underWay)
        {
            var took = time.GetElapsedTime(slow.BeganAt);
            if (took > Slow && Detached < maxDetached && slow.TryGiveSlot())
            {
                Interlocked.Increment(ref detached);
                slow.Delivery.Prepared.Provider.Limiter.GrewSlow();
                Free();
            }

            if (took > Hanging && slow.TryBeginToHang())
                slow.Delivery.Prepared.Provider.Limiter.Hangs();
        }
    }

    /// <summary>Under the lock.</summary>
    private void RunNext()
    {
        while (free > 0 && waiting.TryDequeue(out var next))
        {
            free--;
            ThreadPool.UnsafeQueueUserWorkItem(static run => _ = run.Slots.RunAsync(run.Next), (Slots: this, Next: next), preferLocal: false);
        }
    }

    private async Task RunAsync(StartedDelivery delivery)
    {
        var run = new Call(delivery, time.GetTimestamp());
        underWay.TryAdd(run, true);
        try
        {
            await call(delivery);
        }
        finally
        {
            underWay.TryRemove(run, out _);
            if (!run.TryBeginToHang())
                delivery.Prepared.Provider.Limiter.HangEnded();
            if (run.TryGiveSlot())
                Free();
            else
                DetachedEnded(delivery);
        }
    }

    private void Free()
    {
        lock (waiting)
        {
            free++;
            RunNext();
        }

        Freed();
    }

    private void DetachedEnded(StartedDelivery delivery)
    {
        Interlocked.Decrement(ref detached);
        delivery.Prepared.Provider.Limiter.SlowEnded();
    }

    private sealed class Call(StartedDelivery delivery, long beganAt)
    {
        private int gave;
        private int hangs;

        public StartedDelivery Delivery => delivery;

        public long BeganAt => beganAt;

        /// <summary>True the first time; by its end at the latest.</summary>
        public bool TryBeginToHang() => Interlocked.Exchange(ref hangs, 1) == 0;

        public bool TryGiveSlot() => Interlocked.Exchange(ref gave, 1) == 0;
    }
}
