using System.Collections.Concurrent;
using NotificationService.Channels.Routing;

namespace NotificationService.Deliveries;

/// <summary>Where prepared deliveries wait for a permit of their provider, a queue for each: one that is slow keeps nobody waiting but its own.</summary>
/// <param name="longestCall">What a lease must still hold for a call to begin.</param>
/// <param name="admit">It has its permit.</param>
/// <param name="turnAway">It will not get one soon.</param>
internal sealed class CallQueues(TimeSpan longestCall, Action<PreparedDelivery> admit, Action<PreparedDelivery> turnAway)
{
    /// <summary>As long as this it waits here; longer it waits in the queue, where others may take it.</summary>
    private static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<ProviderLimiter, CallQueue> queues = new();
    private int waiting;

    /// <summary>How many wait in all queues.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    public void Join(PreparedDelivery delivery)
    {
        var limiter = delivery.Provider.Limiter;
        while (true)
        {
            var queue = queues.GetOrAdd(limiter, static _ => new CallQueue());
            lock (queue)
            {
                if (queue.IsClosed)
                    continue;
                queue.Waiting.Enqueue(delivery);
                Interlocked.Increment(ref waiting);
                MoveUp(limiter, queue);
                return;
            }
        }
    }

    /// <summary>A permit became free.</summary>
    public void MoveUp(ProviderLimiter limiter)
    {
        if (!queues.TryGetValue(limiter, out var queue))
            return;
        lock (queue)
            MoveUp(limiter, queue);
    }

    /// <summary>Time passed: pauses end, shares of a rate come in, leases grow short. Empty queues are removed.</summary>
    public void MoveUp()
    {
        foreach (var (limiter, queue) in queues)
        {
            lock (queue)
            {
                MoveUp(limiter, queue);
                if (queue.Waiting.Count == 0 && !queue.IsClosed)
                {
                    queue.IsClosed = true;
                    queues.TryRemove(limiter, out _);
                }
            }
        }
    }

    /// <summary>Turns everybody away.</summary>
    public void Empty()
    {
        foreach (var (_, queue) in queues)
        {
            lock (queue)
            {
                while (queue.Waiting.Count > 0)
                    turnAway(Leave(queue));
            }
        }
    }

    private void MoveUp(ProviderLimiter limiter, CallQueue queue)
    {
        while (queue.Waiting.TryPeek(out var next))
        {
            if (next.Claim.Lease.Left < longestCall)
                turnAway(Leave(queue));
            else if (limiter.TryEnter())
                admit(Leave(queue));
            else if (limiter.AbleIn > ShortWait || (limiter.IsSlow && queue.Waiting.Count > limiter.Prefetch))
                turnAway(Leave(queue));
            else
                return;
        }
    }

    private PreparedDelivery Leave(CallQueue queue)
    {
        Interlocked.Decrement(ref waiting);
        return queue.Waiting.Dequeue();
    }

    private sealed class CallQueue
    {
        public Queue<PreparedDelivery> Waiting { get; } = new();

        public bool IsClosed { get; set; }
    }
}
