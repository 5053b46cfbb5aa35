using NotificationService.Storage;

namespace NotificationService.RateLimits;

/// <summary>Whether a request may go on, and what its response's headers say.</summary>
public readonly record struct RateDecision(bool IsAllowed, long Limit, long Remaining, TimeSpan Reset);

/// <summary>
/// This node's share of one subject's allowance for the current minute. Taking from the share is one interlocked
/// step; when it runs low the next chunk is leased in the background, and only when it is empty does a request wait
/// for the database. When the database cannot be reached the node allows a chunk a second by itself.
/// </summary>
public sealed class LeasedAllowance(string subject, long limit, Func<string, long, CancellationToken, Task<LeaseResponse>> lease, TimeProvider time)
{
    private static readonly TimeSpan LocalGrant = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock sync = new();
    private readonly long chunk = Math.Max(1, limit / 100);
    private Task? leasing;
    private long share;
    private long leasedByAll;
    private long windowEnd = time.GetTimestamp();

    /// <summary>When the share ends; an allowance long past it may be forgotten.</summary>
    public long WindowEnd => Volatile.Read(ref windowEnd);

    /// <summary>Decides without waiting where it can; otherwise the response is null and <see cref="TakeAsync"/> must be asked.</summary>
    public RateDecision? TryTake()
    {
        var now = time.GetTimestamp();
        if (now >= Volatile.Read(ref windowEnd))
            return null;

        var left = Volatile.Read(ref share);
        while (left > 0)
        {
            // Never below nothing, not even for a moment: whoever came then would be refused what is left.
            var seen = Interlocked.CompareExchange(ref share, left - 1, left);
            if (seen == left)
            {
                if (left - 1 == chunk / 4 && Volatile.Read(ref leasedByAll) < limit)
                    _ = LeaseOnceAsync();
                return Decision(isAllowed: true, now);
            }

            left = seen;
        }

        return Volatile.Read(ref leasedByAll) >= limit ? Decision(isAllowed: false, now) : null;
    }

    public async ValueTask<RateDecision> TakeAsync(CancellationToken cancellationToken)
    {
        // A lease that others emptied at once is followed by another; the limit ends the loop.
        while (true)
        {
            if (TryTake() is { } decision)
                return decision;
            await LeaseOnceAsync().WaitAsync(cancellationToken);
        }
    }

    private Task LeaseOnceAsync()
    {
        lock (sync)
            return leasing is { IsCompleted: false } ? leasing : leasing = LeaseAsync();
    }

    private async Task LeaseAsync()
    {
        await Task.Yield(); // never under the lock
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            var response = await lease(subject, chunk, patience.Token);
            var before = response.LeasedByAll - chunk;
            Apply(Math.Clamp(limit - before, 0, chunk), response.LeasedByAll, response.LeftOfMinute);
        }
        catch (Exception exception) when (exception is OperationCanceledException || DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            // The limit protects the service; an outage of the database must not stop what does not need it.
            Apply(chunk, leasedBy: chunk, LocalGrant);
        }
    }

    private void Apply(long granted, long leasedBy, TimeSpan left)
    {
        var now = time.GetTimestamp();
        if (now >= Volatile.Read(ref windowEnd))
            Interlocked.Exchange(ref share, granted);
        else
            Interlocked.Add(ref share, granted);
        Volatile.Write(ref leasedByAll, leasedBy);
        Volatile.Write(ref windowEnd, now + (long)(left.TotalSeconds * time.TimestampFrequency));
    }

    private RateDecision Decision(bool isAllowed, long now)
    {
        var remaining = limit - Volatile.Read(ref leasedByAll) + Math.Max(0, Volatile.Read(ref share));
        var reset = TimeSpan.FromSeconds(Math.Max(0, Volatile.Read(ref windowEnd) - now) / (double)time.TimestampFrequency);
        return new RateDecision(isAllowed, limit, isAllowed ? Math.Clamp(remaining, 0, limit) : 0, reset);
    }
}
