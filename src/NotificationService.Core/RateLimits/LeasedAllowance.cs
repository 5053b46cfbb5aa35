using NotificationService.Storage;

namespace NotificationService.RateLimits;

/// <summary>Whether a request may go on, and what its response's headers say.</summary>
/// <param name="Remaining">What could be sent now, as far as this process knows.</param>
/// <param name="Reset">Allowed: when all that was used is given back. Refused: when as many as were asked for are.</param>
public readonly record struct RateDecision(bool IsAllowed, long Limit, long Remaining, TimeSpan Reset);

/// <summary>
/// This node's share of one subject's allowance for any 60 seconds. Taking from the share is one interlocked step; when it runs low the next chunk is leased
/// in the background, and only when it is empty does a request wait for the database. A share that is not used stays: what was leased counts in the
/// window of its lease, so all nodes together admit at most the limit and what each of them held before, a chunk and a quarter. Who was refused is refused here until the
/// database said that there is something. When it cannot be reached the node allows a sixtieth of the limit a second by itself.
/// </summary>
public sealed class LeasedAllowance(string subject, RateClass rateClass, long limit, Func<RateLeaseRequest, CancellationToken, Task<RateLease>> lease, TimeProvider time)
{
    /// <summary>A node leases this part of the limit at once, one at least.</summary>
    public const int Chunks = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PatienceWhileAway = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(61);
    private static readonly TimeSpan LocalTurn = TimeSpan.FromSeconds(1);

    private readonly Lock sync = new();
    private readonly long chunk = Math.Max(1, limit / Chunks);
    private readonly long ofSecond = Math.Max(1, limit / 60);
    private Task? leasing;
    private Refusal? refusal;
    private long share;
    private long usedByAll;
    private long allBackAt = long.MinValue;
    private long lastAsked = time.GetTimestamp();
    private bool isAway;

    /// <summary>So many, and more, are refused until then.</summary>
    private sealed record Refusal(long Count, long Until);

    public long Limit => limit;

    /// <summary>Nobody has asked for as long as the window; it may be forgotten.</summary>
    public bool IsIdle => time.GetElapsedTime(Volatile.Read(ref lastAsked)) > Window;

    /// <summary>Decides without waiting where it can; otherwise the response is null and <see cref="TakeAsync"/> must be asked.</summary>
    public RateDecision? TryTake(long count = 1)
    {
        var now = time.GetTimestamp();
        Volatile.Write(ref lastAsked, now);
        var left = Volatile.Read(ref share);
        while (left >= count)
        {
            // Never below nothing, not even for a moment: whoever came then would be refused what is left.
            var seen = Interlocked.CompareExchange(ref share, left - count, left);
            if (seen == left)
            {
                if (left > chunk / 4 && left - count <= chunk / 4 && chunk >= 4 && !IsRefused(1, now))
                    _ = LeaseOnceAsync(count: 1, inAdvance: true);
                return Allowed(now);
            }

            left = seen;
        }

        return Volatile.Read(ref refusal) is { } refused && count >= refused.Count && now < refused.Until ? Refused(refused.Until - now) : null;
    }

    /// <param name="count">All or none of them. More than the limit are never allowed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<RateDecision> TakeAsync(long count, CancellationToken cancellationToken)
    {
        // A lease that others emptied at once is followed by another; a refusal ends the loop.
        while (true)
        {
            if (TryTake(count) is { } decision)
                return decision;
            await LeaseOnceAsync(count, inAdvance: false).WaitAsync(cancellationToken);
        }
    }

    /// <summary>What was taken and not used after all.</summary>
    public void GiveBack(long count) => Interlocked.Add(ref share, count);

    private bool IsRefused(long count, long now) => Volatile.Read(ref refusal) is { } refused && count >= refused.Count && now < refused.Until;

    private Task LeaseOnceAsync(long count, bool inAdvance)
    {
        lock (sync)
            return leasing is { IsCompleted: false } ? leasing : leasing = LeaseAsync(count, inAdvance);
    }

    private async Task LeaseAsync(long count, bool inAdvance)
    {
        await Task.Yield(); // never under the lock
        var missing = inAdvance ? count : Math.Max(1, count - Volatile.Read(ref share));
        using var patience = new CancellationTokenSource(isAway ? PatienceWhileAway : Patience, time);
        try
        {
            Apply(count, await lease(new RateLeaseRequest(subject, Math.Max(chunk, missing), missing, limit), patience.Token));
        }
        catch (Exception exception) when (exception is OperationCanceledException || DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            // The limit protects the service; an outage of the database must not stop what does not need it.
            GrantAlone(count);
        }
    }

    private void Apply(long count, RateLease granted)
    {
        var now = time.GetTimestamp();
        isAway = false;
        Volatile.Write(ref usedByAll, granted.Used);
        if (granted.Granted > 0)
        {
            Volatile.Write(ref allBackAt, After(now, granted.Back ?? Window));
            Volatile.Write(ref refusal, null);
            Interlocked.Add(ref share, granted.Granted);
        }
        else
        {
            Volatile.Write(ref refusal, new Refusal(count, After(now, granted.Back ?? Window)));
        }
    }

    private void GrantAlone(long count)
    {
        var until = After(time.GetTimestamp(), LocalTurn);
        isAway = true;
        RateLimitMetrics.GrantedAlone(rateClass);
        Interlocked.Exchange(ref share, Math.Max(ofSecond, count));
        Volatile.Write(ref refusal, new Refusal(1, until));
    }

    private RateDecision Allowed(long now)
    {
        var back = Volatile.Read(ref allBackAt) - now;
        var used = back > 0 ? Volatile.Read(ref usedByAll) : 0;
        return new RateDecision(IsAllowed: true, limit, Math.Clamp(limit - used + Volatile.Read(ref share), 0, limit), Span(Math.Max(0, back)));
    }

    private RateDecision Refused(long ticks) => new(IsAllowed: false, limit, 0, Span(ticks));

    private long After(long now, TimeSpan span) => now + (long)(span.TotalSeconds * time.TimestampFrequency);

    private TimeSpan Span(long ticks) => TimeSpan.FromSeconds(ticks / (double)time.TimestampFrequency);
}
