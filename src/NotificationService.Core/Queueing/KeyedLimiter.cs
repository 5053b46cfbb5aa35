namespace NotificationService.Queueing;

/// <summary>
/// Few pieces of work at once, and of one key fewer, so that others find a permit whatever one of them brings. Permits are for what has arrived: nobody
/// holds one while it waits for the network. Knows only keys that work or wait.
/// </summary>
/// <param name="max">At once, of all keys.</param>
/// <param name="maxOfKey">At once, of one key.</param>
/// <param name="patience">How long a piece of work waits for a permit before it is refused; may be infinite.</param>
public sealed class KeyedLimiter<TKey>(int max, int maxOfKey, TimeSpan patience, TimeProvider time) : IDisposable
    where TKey : notnull
{
    private readonly SemaphoreSlim permits = new(max);
    private readonly Dictionary<TKey, Share> shares = [];
    private readonly Lock sync = new();

    /// <summary>Waits as long as it takes.</summary>
    public Task RunAsync(TKey key, Func<Task> work, CancellationToken cancellationToken) => RunAsync(
        key,
        async () =>
        {
            await work();
            return true;
        },
        static () => throw new TimeoutException(),
        static () => throw new TimeoutException(),
        cancellationToken);

    /// <summary>The work's answer, or one of the refusals.</summary>
    public async Task<T> RunAsync<T>(TKey key, Func<Task<T>> work, Func<T> refusedForKey, Func<T> refusedForAll, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var share = Join(key);
        try
        {
            if (!await share.Permits.WaitAsync(patience, cancellationToken))
                return refusedForKey();
            try
            {
                return await RunAsync(work, refusedForAll, LeftSince(began), cancellationToken);
            }
            finally
            {
                share.Permits.Release();
            }
        }
        finally
        {
            // Also when the sender went away while it waited.
            Leave(key, share);
        }
    }

    public void Dispose() => permits.Dispose();

    private TimeSpan LeftSince(long began)
    {
        if (patience == Timeout.InfiniteTimeSpan)
            return patience;
        var left = patience - time.GetElapsedTime(began);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task<T> RunAsync<T>(Func<Task<T>> work, Func<T> refused, TimeSpan left, CancellationToken cancellationToken)
    {
        if (!await permits.WaitAsync(left, cancellationToken))
            return refused();
        try
        {
            return await work();
        }
        finally
        {
            permits.Release();
        }
    }

    private Share Join(TKey key)
    {
        lock (sync)
        {
            if (!shares.TryGetValue(key, out var share))
                shares.Add(key, share = new Share(maxOfKey));
            share.Calls++;
            return share;
        }
    }

    private void Leave(TKey key, Share share)
    {
        lock (sync)
        {
            if (--share.Calls > 0)
                return;
            shares.Remove(key);
        }

        share.Dispose();
    }

    /// <summary>What one key has, for as long as a call of it is there.</summary>
    private sealed class Share(int max) : IDisposable
    {
        public SemaphoreSlim Permits { get; } = new(max);

        /// <summary>Working and waiting.</summary>
        public int Calls { get; set; }

        public void Dispose() => Permits.Dispose();
    }
}
