using System.Collections.Concurrent;
using NotificationService.Channels.Routing;

namespace NotificationService.Deliveries;

/// <summary>Where prepared deliveries wait for a place at their provider, a line for each: one that is slow keeps nobody waiting but its own.</summary>
/// <param name="longestCall">What a lease must still hold for a call to begin.</param>
/// <param name="admit">It has its place.</param>
/// <param name="turnAway">It will not get one soon.</param>
internal sealed class CallLines(TimeSpan longestCall, Action<PreparedDelivery> admit, Action<PreparedDelivery> turnAway)
{
    /// <summary>As long as this it waits here; longer it waits in the queue, where others may take it.</summary>
    private static readonly TimeSpan ShortWait = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<ProviderGate, Line> lines = new();
    private int waiting;

    /// <summary>How many stand in all lines.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    public void Join(PreparedDelivery delivery)
    {
        var gate = delivery.Provider.Gate;
        while (true)
        {
            var line = lines.GetOrAdd(gate, static _ => new Line());
            lock (line)
            {
                if (line.IsClosed)
                    continue;
                line.Waiting.Enqueue(delivery);
                Interlocked.Increment(ref waiting);
                MoveUp(gate, line);
                return;
            }
        }
    }

    /// <summary>A place became free.</summary>
    public void MoveUp(ProviderGate gate)
    {
        if (!lines.TryGetValue(gate, out var line))
            return;
        lock (line)
            MoveUp(gate, line);
    }

    /// <summary>Time passed: pauses end, shares of a rate come in, leases grow short. Lines nobody stands in go.</summary>
    public void MoveUp()
    {
        foreach (var (gate, line) in lines)
        {
            lock (line)
            {
                MoveUp(gate, line);
                if (line.Waiting.Count == 0 && !line.IsClosed)
                {
                    line.IsClosed = true;
                    lines.TryRemove(gate, out _);
                }
            }
        }
    }

    /// <summary>Turns everybody away.</summary>
    public void Empty()
    {
        foreach (var (_, line) in lines)
        {
            lock (line)
            {
                while (line.Waiting.Count > 0)
                    turnAway(Leave(line));
            }
        }
    }

    private void MoveUp(ProviderGate gate, Line line)
    {
        while (line.Waiting.TryPeek(out var next))
        {
            if (next.Claim.Lease.Left < longestCall)
                turnAway(Leave(line));
            else if (gate.TryEnter())
                admit(Leave(line));
            else if (gate.AbleIn > ShortWait || (gate.IsSlow && line.Waiting.Count > gate.Stock))
                turnAway(Leave(line));
            else
                return;
        }
    }

    private PreparedDelivery Leave(Line line)
    {
        Interlocked.Decrement(ref waiting);
        return line.Waiting.Dequeue();
    }

    private sealed class Line
    {
        public Queue<PreparedDelivery> Waiting { get; } = new();

        public bool IsClosed { get; set; }
    }
}
