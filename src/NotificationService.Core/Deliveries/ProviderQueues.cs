using System.Collections.Concurrent;
using NotificationService.Channels.Routing;

namespace NotificationService.Deliveries;

/// <summary>Where prepared deliveries wait for a permit of their provider, a queue for each: one that is slow keeps nobody waiting but its own.</summary>
/// <param name="longestCall">What a lease must still hold for a call to begin.</param>
public sealed class ProviderQueues(TimeSpan longestCall)
{
    /// <summary>As long as this it waits here; longer it waits in the database, where others may take it.</summary>
    private static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<ProviderLimiter, ProviderQueue> queues = new();
    private int waiting;

    /// <summary>How many wait in all queues.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>Those that somebody waits for. Queues that are empty leave memory.</summary>
    public IEnumerable<ProviderLimiter> Providers()
    {
        foreach (var (limiter, queue) in queues)
        {
            lock (queue)
            {
                if (queue.Waiting.Count == 0)
                {
                    queue.IsClosed = true;
                    // Only this one: another caller may have removed it already, and a new one may stand in its place with somebody in it.
                    queues.TryRemove(KeyValuePair.Create(limiter, queue));
                    continue;
                }
            }

            yield return limiter;
        }
    }

    public void Add(PreparedDelivery delivery)
    {
        while (true)
        {
            var queue = queues.GetOrAdd(delivery.Provider.Limiter, static _ => new ProviderQueue());
            lock (queue)
            {
                if (queue.IsClosed)
                    continue;
                queue.Waiting.Enqueue(delivery);
                Interlocked.Increment(ref waiting);
                return;
            }
        }
    }

    /// <summary>Who is next at this provider. To be asked again until nobody is.</summary>
    public Admission Next(ProviderLimiter limiter)
    {
        if (!queues.TryGetValue(limiter, out var queue))
            return Admission.Nobody;
        lock (queue)
        {
            if (!queue.Waiting.TryPeek(out var next))
                return Admission.Nobody;
            if (next.Claim.Lease.Left < longestCall)
                return new Admission.Refused(Dequeue(queue));
            if (limiter.TryEnter())
                return new Admission.Granted(Dequeue(queue));
            if (limiter.AbleIn > ShortWait || (limiter.IsSlow && queue.Waiting.Count > limiter.Prefetch))
                return new Admission.Refused(Dequeue(queue));
            return Admission.Nobody;
        }
    }

    /// <summary>Takes everybody out.</summary>
    public IReadOnlyList<PreparedDelivery> Empty()
    {
        var all = new List<PreparedDelivery>();
        foreach (var (_, queue) in queues)
        {
            lock (queue)
            {
                while (queue.Waiting.Count > 0)
                    all.Add(Dequeue(queue));
            }
        }

        return all;
    }

    private PreparedDelivery Dequeue(ProviderQueue queue)
    {
        Interlocked.Decrement(ref waiting);
        return queue.Waiting.Dequeue();
    }

    private sealed class ProviderQueue
    {
        public Queue<PreparedDelivery> Waiting { get; } = new();

        public bool IsClosed { get; set; }
    }
}
