namespace NotificationService.Channels.Routing;

/// <summary>
/// What this process knows of one provider, and the only way to a call. A provider takes few calls at first and one more
/// with each that it answers, up to its limit; it is left alone while its breaker is open, while it asked to be, and while
/// its configuration does not work. Thread-safe.
/// </summary>
public sealed class ProviderGate
{
    /// <summary>Calls at once to a provider that has not yet answered one: a wrong key costs so many calls, not a thousand.</summary>
    public const int FirstCalls = 4;

    /// <summary>Calls at once to a provider that leaves calls hanging.</summary>
    public const int CallsWhenHanging = 5;

    /// <summary>How often a provider that does not accept its configuration is tried again.</summary>
    public static readonly TimeSpan ParkedFor = TimeSpan.FromSeconds(30);

    /// <summary>A call that came back within this shows that it no longer hangs.</summary>
    private static readonly TimeSpan QuickEnough = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LooksAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestThrottle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestThrottle = TimeSpan.FromHours(1);

    private readonly Lock gate = new();
    private readonly CircuitBreaker breaker;
    private readonly ProviderHealth health;
    private readonly RateAllowance? rate;
    private readonly RateLeases? leases;
    private readonly TimeProvider time;
    private readonly int limit;
    private int atOnce = FirstCalls;
    private int underWay;
    private int slow;
    private int hanging;
    private bool hangs;
    private long throttledAt;
    private TimeSpan throttledFor;
    private bool asking;
    private Parking? parking;
    private long parkedAt;

    /// <param name="limit">The most calls at once from this process.</param>
    /// <param name="leases">Where its rate is leased from; null when it has no limit.</param>
    public ProviderGate(int limit, RateLeases? leases, TimeProvider time)
    {
        (this.limit, this.leases, this.time) = (limit, leases, time);
        (breaker, health) = (new CircuitBreaker(time), new ProviderHealth(time));
        rate = leases is null ? null : new RateAllowance(leases.PerSecond, time);
    }

    /// <summary>Why no deliveries go to it until somebody mends it; null when they do.</summary>
    public Parking? Parking
    {
        get
        {
            lock (gate)
                return parking;
        }
    }

    /// <summary>The share of failed calls, 0 to 1, and how long a call takes.</summary>
    public (double Failing, TimeSpan Takes) Health
    {
        get
        {
            lock (gate)
                return (health.Failing, health.Takes);
        }
    }

    /// <summary>Zero when calls are of use; otherwise in how long they may be. A full provider is of use: its calls end.</summary>
    public TimeSpan AbleIn
    {
        get
        {
            lock (gate)
                return Longest(Longest(breaker.OpensIn, ThrottledLeft), HangsLonger);
        }
    }

    /// <summary>Calls that could begin now.</summary>
    public int Room
    {
        get
        {
            lock (gate)
                return Places();
        }
    }

    /// <summary>How many more are worth holding ready: as many as will soon have ended, or the next share of the rate.</summary>
    public int Stock
    {
        get
        {
            lock (gate)
                return rate?.Chunk ?? FirstCalls + (IsSlowNow ? 0 : underWay);
        }
    }

    /// <summary>Most of its calls take longer than a second: nobody should wait for it where others could be held ready.</summary>
    public bool IsSlow
    {
        get
        {
            lock (gate)
                return IsSlowNow;
        }
    }

    /// <summary>When there may be room again; short when that is up to the calls under way.</summary>
    public TimeSpan RoomIn
    {
        get
        {
            lock (gate)
            {
                AskForRate();
                return Longest(Longest(breaker.OpensIn, ThrottledLeft), rate?.NextIn ?? TimeSpan.Zero);
            }
        }
    }

    /// <summary>Takes a place for one call, which ends by <see cref="Leave"/> or <see cref="GiveBack"/>.</summary>
    public bool TryEnter()
    {
        lock (gate)
        {
            if (Places() == 0 || rate?.TryTake() == false)
                return false;
            if (!breaker.TryEnter())
                return false;
            underWay++;
            AskForRate();
            return true;
        }
    }

    /// <summary>The call ended.</summary>
    public void Leave(ProviderResult result, TimeSpan took)
    {
        lock (gate)
        {
            underWay--;
            var failed = result is ProviderResult.Ambiguous or ProviderResult.Deferred { Cause: DeferralCause.Temporary };
            health.Observe(failed, took);
            switch (result)
            {
                case ProviderResult.Deferred { Cause: DeferralCause.Credentials } refusal:
                    Park(new Parking(refusal.Code, refusal.Message));
                    break;
                case ProviderResult.Deferred { Cause: DeferralCause.Throttled } throttle:
                    breaker.Succeeded();
                    Throttle(throttle.RetryAfter ?? TimeSpan.Zero);
                    break;
                case ProviderResult.Ambiguous or ProviderResult.Deferred { Cause: DeferralCause.Temporary }:
                    if (breaker.Failed())
                        atOnce = FirstCalls;
                    break;
                default:
                    parking = null;
                    breaker.Succeeded();
                    hangs &= took > QuickEnough;
                    atOnce = Math.Min(limit, atOnce + 1);
                    break;
            }
        }
    }

    /// <summary>The place was not used: no call was made.</summary>
    public void GiveBack()
    {
        lock (gate)
        {
            underWay--;
            breaker.Abandoned();
        }
    }

    /// <summary>A call takes longer than a second.</summary>
    public void GrewSlow()
    {
        lock (gate)
            slow++;
    }

    /// <summary>A slow call has ended.</summary>
    public void SlowEnded()
    {
        lock (gate)
            slow--;
    }

    /// <summary>A call hangs. Once most of those under way do, few more are begun until one comes back soon.</summary>
    public void Hangs()
    {
        lock (gate)
        {
            hanging++;
            if (hanging * 2 > underWay)
                (atOnce, hangs) = (Math.Min(atOnce, CallsWhenHanging), true);
        }
    }

    /// <summary>A call that hung has ended.</summary>
    public void HangEnded()
    {
        lock (gate)
            hanging--;
    }

    /// <summary>What the database says, which any worker may have written: parked, or no longer.</summary>
    /// <param name="known">Null when it is not parked.</param>
    /// <param name="readAt">When the database was asked.</param>
    public void Observe(Parking? known, long readAt)
    {
        lock (gate)
        {
            if (known is not null && parking is null)
                Park(known);
            else if (known is null && parking is not null && time.GetElapsedTime(parkedAt, readAt) > TimeSpan.FromSeconds(2))
                Unpark();
        }
    }

    private bool IsSlowNow => slow * 2 > underWay;

    private TimeSpan HangsLonger => hangs && underWay >= atOnce ? LooksAgainAfter : TimeSpan.Zero;

    private TimeSpan ThrottledLeft => throttledFor - time.GetElapsedTime(throttledAt);

    private int Places()
    {
        if (breaker.OpensIn > TimeSpan.Zero || ThrottledLeft > TimeSpan.Zero)
            return 0;
        var places = !breaker.IsOpen ? Math.Max(0, Math.Min(limit, atOnce) - underWay)
            : parking is null ? breaker.ProbesLeft
            : Math.Max(0, breaker.ProbesLeft - CircuitBreaker.Probes + 1);
        if (rate is null || places == 0)
            return places;
        // A probe takes of the rate, too: without asking, what was left would have lapsed while the breaker was open.
        AskForRate();
        return Math.Min(places, rate.Available);
    }

    private void Throttle(TimeSpan asked)
    {
        var longest = asked < LongestThrottle ? asked : LongestThrottle;
        throttledFor = longest > ShortestThrottle ? longest : ShortestThrottle;
        throttledAt = time.GetTimestamp();
        atOnce = Math.Max(FirstCalls, atOnce / 2);
    }

    private void Park(Parking why)
    {
        if (parking is null)
            parkedAt = time.GetTimestamp();
        parking = why;
        atOnce = FirstCalls;
        breaker.Open(ParkedFor);
    }

    private void Unpark()
    {
        parking = null;
        breaker.Succeeded();
    }

    private void AskForRate()
    {
        if (rate is null || leases is null || asking || !rate.RunsShort)
            return;
        asking = true;
        _ = AskForRateAsync(leases, rate);
    }

    private async Task AskForRateAsync(RateLeases from, RateAllowance to)
    {
        try
        {
            var lease = await from.LeaseAsync(to.Chunk, CancellationToken.None);
            lock (gate)
            {
                if (lease is { } granted)
                    to.Add(granted);
            }
        }
        finally
        {
            lock (gate)
                asking = false;
        }
    }

    private static TimeSpan Longest(TimeSpan left, TimeSpan right)
    {
        var longest = left > right ? left : right;
        return longest > TimeSpan.Zero ? longest : TimeSpan.Zero;
    }
}

/// <summary>Why a provider is parked: the code and plain words of its refusal.</summary>
public sealed record Parking(string Code, string Message);
