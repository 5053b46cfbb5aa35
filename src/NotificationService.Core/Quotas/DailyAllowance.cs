namespace NotificationService.Quotas;

/// <summary>
/// This node's share of one limit of one tenant's day. Taking from it costs no statement; when it is empty a hundredth of the limit is leased, less towards its
/// end. When nothing is left the database is asked again every few seconds: another node may give back what it did not use.
/// </summary>
internal sealed class DailyAllowance(QuotaStore store, TimeProvider time)
{
    private const int Chunks = 100;

    private static readonly TimeSpan LooksAgainAfter = TimeSpan.FromSeconds(5);

    private readonly Lock sync = new();
    private DailyLimit? limit;
    private Task? leasing;
    private long share;
    private long fullAt;
    private bool isFull;
    private long lastAsked = time.GetTimestamp();

    public TimeSpan Idle => time.GetElapsedTime(Volatile.Read(ref lastAsked));

    /// <param name="asked">The limit as it is now.</param>
    /// <param name="expected">How many more are about to be asked for, so that they need no lease each.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False: nothing is left of the day.</returns>
    public async ValueTask<bool> TakeAsync(DailyLimit asked, int expected, CancellationToken cancellationToken)
    {
        Volatile.Write(ref lastAsked, time.GetTimestamp());
        while (true)
        {
            Task lease;
            lock (sync)
            {
                Follow(asked);
                if (share > 0)
                {
                    share--;
                    return true;
                }

                if (isFull && time.GetElapsedTime(fullAt) < LooksAgainAfter)
                    return false;
                lease = leasing is { IsCompleted: false } ? leasing : leasing = LeaseAsync(asked, Math.Max(asked.Quota / Chunks, expected));
            }

            await lease.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Not accepted after all.</summary>
    public void GiveBack(DailyLimit taken, long count = 1)
    {
        lock (sync)
        {
            if (limit?.Day == taken.Day)
                share += count;
        }
    }

    /// <summary>All that this node holds, and does not any more; null for nothing.</summary>
    public (DailyLimit Limit, long Share)? TakeRest()
    {
        lock (sync)
        {
            if (limit is null || share == 0)
                return null;
            var rest = (limit, share);
            share = 0;
            return rest;
        }
    }

    /// <summary>With another day nothing is left of the one before; with another quota what was leased stays.</summary>
    private void Follow(DailyLimit asked)
    {
        if (limit == asked)
            return;
        if (limit?.Day != asked.Day)
            share = 0;
        (limit, isFull) = (asked, false);
    }

    private async Task LeaseAsync(DailyLimit asked, long amount)
    {
        await Task.Yield(); // never under the lock
        var lease = await store.TakeAsync(asked, Math.Max(1, amount), CancellationToken.None);
        lock (sync)
        {
            if (limit?.Day != asked.Day)
                return;
            share += lease.Granted;
            (isFull, fullAt) = (lease.Granted == 0, time.GetTimestamp());
        }
    }
}
