using NotificationService.Outbound;

namespace NotificationService.Channels.Routing;

/// <summary>
/// What this process knows of one provider, and the only way to a call. A provider takes few calls at first and one more
/// with each that it answers, up to its limit; it is left alone while its breaker is open, while it asked to be, and while
/// its configuration does not work. Thread-safe.
/// </summary>
public sealed class ProviderLimiter
{
    /// <summary>Calls at once to a provider that has not yet answered one: a wrong key costs so many calls, not a thousand.</summary>
    public const int FirstCalls = 4;

    /// <summary>Calls at once to a provider that leaves calls hanging.</summary>
    public const int CallsWhenHanging = 5;

    /// <summary>
    /// When a provider is left alone. A call that succeeds closes the breaker, also one that began before it opened: a provider that fails now and
    /// then is not given up for long.
    /// </summary>
    public static readonly CircuitBreakerSettings Breaker = new(
        FailuresInARow: 5, MinCalls: 20, Window: TimeSpan.FromSeconds(30), FirstPause: TimeSpan.FromSeconds(1), LongestPause: TimeSpan.FromSeconds(10), Probes: 3);

    /// <summary>How often a provider that does not accept its configuration is tried again.</summary>
    public static readonly TimeSpan SuspendedFor = TimeSpan.FromSeconds(30);

    /// <summary>A call that came back within this shows that it no longer hangs.</summary>
    private static readonly TimeSpan QuickEnough = TimeSpan.FromSeconds(5);

    private const int MaxHeldReady = 1024;
    private static readonly TimeSpan HeldReadyFor = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan LooksAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestThrottle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestThrottle = TimeSpan.FromHours(1);

    private readonly Lock sync = new();
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
    private Suspension? suspension;
    private long suspendedAt;

    /// <param name="limit">The most calls at once from this process.</param>
    /// <param name="leases">Where its rate is leased from; null when it has no limit.</param>
    public ProviderLimiter(int limit, RateLeases? leases, TimeProvider time)
    {
        (this.limit, this.leases, this.time) = (limit, leases, time);
        (breaker, health) = (new CircuitBreaker(Breaker, time), new ProviderHealth(time));
        rate = leases is null ? null : new RateAllowance(leases.PerSecond, time);
    }

    /// <summary>Why no deliveries go to it until somebody corrects it; null when they do.</summary>
    public Suspension? Suspension
    {
        get
        {
            lock (sync)
                return suspension;
        }
    }

    /// <summary>The share of failed calls, 0 to 1, and how long a call takes.</summary>
    public (double Failing, TimeSpan Takes) Health
    {
        get
        {
            lock (sync)
                return (health.Failing, health.Takes);
        }
    }

    /// <summary>Zero when calls are of use; otherwise in how long they may be. A full provider is of use: its calls end.</summary>
    public TimeSpan AbleIn
    {
        get
        {
            lock (sync)
                return Longest(Longest(breaker.OpensIn, ThrottledLeft), HangsLonger);
        }
    }

    /// <summary>Calls that could begin now.</summary>
    public int FreePermits
    {
        get
        {
            lock (sync)
                return CountPermits();
        }
    }

    /// <summary>
    /// How many more are worth holding ready: as many as will soon have ended, or the next share of the rate. A provider that was well a moment ago is taken to be
    /// so still: what comes then need not be claimed in small portions.
    /// </summary>
    public int Prefetch
    {
        get
        {
            lock (sync)
                return rate?.Chunk ?? FirstCalls + (IsSlowNow ? 0 : Math.Max(underWay, EndSoon));
        }
    }

    /// <summary>Most of its calls take longer than a second: nobody should wait for it where others could be held ready.</summary>
    public bool IsSlow
    {
        get
        {
            lock (sync)
                return IsSlowNow;
        }
    }

    /// <summary>When there may be a permit again; short when that is up to the calls under way.</summary>
    public TimeSpan PermitIn
    {
        get
        {
            lock (sync)
            {
                AskForRate();
                return Longest(Longest(breaker.OpensIn, ThrottledLeft), rate?.NextIn ?? TimeSpan.Zero);
            }
        }
    }

    /// <summary>Takes a permit for one call, which ends by <see cref="Leave"/> or <see cref="GiveBack"/>.</summary>
    public bool TryEnter()
    {
        lock (sync)
        {
            if (CountPermits() == 0 || rate?.TryTake() == false)
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
        lock (sync)
        {
            underWay--;
            var failed = result is ProviderResult.Ambiguous or ProviderResult.Deferred { Cause: DeferralCause.Temporary };
            health.Observe(failed, took);
            switch (result)
            {
                case ProviderResult.Deferred { Cause: DeferralCause.Credentials } refusal:
                    Suspend(new Suspension(refusal.Code, refusal.Message));
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
                    suspension = null;
                    breaker.Succeeded();
                    hangs &= took > QuickEnough;
                    atOnce = Math.Min(limit, atOnce + 1);
                    break;
            }
        }
    }

    /// <summary>The permit was not used: no call was made.</summary>
    public void GiveBack()
    {
        lock (sync)
        {
            underWay--;
            breaker.Abandoned();
        }
    }

    /// <summary>A call takes longer than a second.</summary>
    public void GrewSlow()
    {
        lock (sync)
            slow++;
    }

    /// <summary>A slow call has ended.</summary>
    public void SlowEnded()
    {
        lock (sync)
            slow--;
    }

    /// <summary>A call hangs. Once most of those under way do, few more are begun until one comes back soon.</summary>
    public void Hangs()
    {
        lock (sync)
        {
            hanging++;
            if (hanging * 2 > underWay)
                (atOnce, hangs) = (Math.Min(atOnce, CallsWhenHanging), true);
        }
    }

    /// <summary>A call that hung has ended.</summary>
    public void HangEnded()
    {
        lock (sync)
            hanging--;
    }

    /// <summary>What the database says, which any worker may have written: suspended, or no longer.</summary>
    /// <param name="known">Null when it is not suspended.</param>
    /// <param name="readAt">When the database was asked.</param>
    public void Observe(Suspension? known, long readAt)
    {
        lock (sync)
        {
            if (known is not null && suspension is null)
                Suspend(known);
            else if (known is null && suspension is not null && time.GetElapsedTime(suspendedAt, readAt) > TimeSpan.FromSeconds(2))
                Resume();
        }
    }

    /// <summary>Calls that it could answer in a moment, as it has of late; 0 while nobody knows.</summary>
    private int EndSoon => health.Takes is var takes && takes > TimeSpan.Zero ? (int)Math.Min(MaxHeldReady, Math.Min(limit, atOnce) * (HeldReadyFor / takes)) : 0;

    private bool IsSlowNow => slow * 2 > underWay;

    private TimeSpan HangsLonger => hangs && underWay >= atOnce ? LooksAgainAfter : TimeSpan.Zero;

    private TimeSpan ThrottledLeft => throttledFor - time.GetElapsedTime(throttledAt);

    private int CountPermits()
    {
        if (breaker.OpensIn > TimeSpan.Zero || ThrottledLeft > TimeSpan.Zero)
            return 0;
        var permits = !breaker.IsOpen ? Math.Max(0, Math.Min(limit, atOnce) - underWay)
            : suspension is null ? breaker.ProbesLeft
            : Math.Max(0, breaker.ProbesLeft - Breaker.Probes + 1);
        if (rate is null || permits == 0)
            return permits;
        // A probe takes of the rate, too: without asking, what was left would have lapsed while the breaker was open.
        AskForRate();
        return Math.Min(permits, rate.Available);
    }

    private void Throttle(TimeSpan asked)
    {
        var longest = asked < LongestThrottle ? asked : LongestThrottle;
        throttledFor = longest > ShortestThrottle ? longest : ShortestThrottle;
        throttledAt = time.GetTimestamp();
        atOnce = Math.Max(FirstCalls, atOnce / 2);
    }

    private void Suspend(Suspension why)
    {
        if (suspension is null)
            suspendedAt = time.GetTimestamp();
        suspension = why;
        atOnce = FirstCalls;
        breaker.Open(SuspendedFor);
    }

    private void Resume()
    {
        suspension = null;
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
            lock (sync)
            {
                if (lease is { } granted)
                    to.Add(granted);
            }
        }
        finally
        {
            lock (sync)
                asking = false;
        }
    }

    private static TimeSpan Longest(TimeSpan left, TimeSpan right)
    {
        var longest = left > right ? left : right;
        return longest > TimeSpan.Zero ? longest : TimeSpan.Zero;
    }
}

/// <summary>Why a provider is suspended: the code and plain words of its refusal.</summary>
public sealed record Suspension(string Code, string Message);
