using System.Collections.Concurrent;

namespace NotificationService.Deliveries;

/// <summary>
/// The provider calls of this process and how long they take. One that takes longer than a second is detached: it goes on without a
/// slot, so that a provider that hangs costs the others nothing but that second.
/// </summary>
/// <param name="maxDetached">Calls that may go on without a slot; beyond them slow ones keep theirs.</param>
public sealed class CallsUnderWay(int maxDetached, TimeProvider time)
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hanging = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Call, bool> underWay = new();
    private int detached;

    /// <summary>Calls that go on without a slot.</summary>
    public int Detached => Volatile.Read(ref detached);

    public Call Begin(StartedDelivery delivery)
    {
        var call = new Call(delivery, time.GetTimestamp());
        underWay.TryAdd(call, true);
        return call;
    }

    /// <summary>Detaches those that have become slow, and says how many; to be called a few times a second.</summary>
    public int DetachSlow()
    {
        var count = 0;
        foreach (var (call, _) in underWay)
        {
            var took = time.GetElapsedTime(call.BeganAt);
            if (took > Slow && Detached < maxDetached && call.TryGiveSlot())
            {
                Interlocked.Increment(ref detached);
                call.Delivery.Prepared.Provider.Limiter.GrewSlow();
                count++;
            }

            if (took > Hanging && call.TryBeginToHang())
                call.Delivery.Prepared.Provider.Limiter.Hangs();
        }

        return count;
    }

    /// <summary>False when it was detached: then its slot was given away already.</summary>
    public bool End(Call call)
    {
        underWay.TryRemove(call, out _);
        var limiter = call.Delivery.Prepared.Provider.Limiter;
        if (!call.TryBeginToHang())
            limiter.HangEnded();
        if (call.TryGiveSlot())
            return true;
        Interlocked.Decrement(ref detached);
        limiter.SlowEnded();
        return false;
    }

    /// <summary>One call.</summary>
    public sealed class Call(StartedDelivery delivery, long beganAt)
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
