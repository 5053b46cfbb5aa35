namespace NotificationService.Channels.Routing;

/// <summary>A share of a provider's rate: how many calls, and in how long they may begin.</summary>
public readonly record struct RateLease(int Calls, TimeSpan BeginsIn);

/// <summary>
/// This process's part of a provider's rate. Leases a tenth of a second's worth at a time from PostgreSQL, ahead of need,
/// so that all workers together keep the rate and no call waits for a row. Guarded by the lock of whoever owns it.
/// </summary>
public sealed class RateAllowance(int perSecond, TimeProvider time)
{
    /// <summary>What was not used this long after its time is given up: a burst of savings would break the rate.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromMilliseconds(500);

    private readonly Queue<Held> leases = new();

    public int PerSecond => perSecond;

    /// <summary>What one lease is for.</summary>
    public int Chunk => Math.Max(1, perSecond / 10);

    /// <summary>Calls that may be made now.</summary>
    public int Available
    {
        get
        {
            Drop();
            return leases.Where(lease => Left(lease) <= TimeSpan.Zero).Sum(lease => lease.Calls);
        }
    }

    /// <summary>Half of a chunk is left, usable now or later: time to ask for more.</summary>
    public bool RunsShort
    {
        get
        {
            Drop();
            return leases.Sum(lease => lease.Calls) <= Chunk / 2;
        }
    }

    /// <summary>When the next call may be made, as far as is known.</summary>
    public TimeSpan NextIn
    {
        get
        {
            Drop();
            if (!leases.TryPeek(out var first))
                return TimeSpan.FromSeconds(Math.Min(0.1, 1.0 / perSecond));
            return Left(first) > TimeSpan.Zero ? Left(first) : TimeSpan.Zero;
        }
    }

    public void Add(RateLease lease) => leases.Enqueue(new Held { Calls = lease.Calls, At = time.GetTimestamp(), BeginsIn = lease.BeginsIn });

    public bool TryTake()
    {
        Drop();
        if (!leases.TryPeek(out var first) || Left(first) > TimeSpan.Zero)
            return false;
        if (--first.Calls == 0)
            leases.Dequeue();
        return true;
    }

    private TimeSpan Left(Held lease) => lease.BeginsIn - time.GetElapsedTime(lease.At);

    private void Drop()
    {
        while (leases.TryPeek(out var first) && Left(first) < -(KeptFor + TimeSpan.FromSeconds((double)Chunk / perSecond)))
            leases.Dequeue();
    }

    private sealed class Held
    {
        public required int Calls { get; set; }

        public required long At { get; init; }

        public required TimeSpan BeginsIn { get; init; }
    }
}
