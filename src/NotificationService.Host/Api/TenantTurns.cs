using NotificationService.Tenants;

namespace NotificationService.Host.Api;

/// <summary>
/// Few calls at once, of those that hold much each. One tenant has half of the turns at most, so that others find one however
/// slowly its bodies come. Who finds none waits a little.
/// </summary>
internal sealed class TenantTurns(int most, TimeSpan patience, TimeSpan retryAfter, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim turns = new(most);
    private readonly Dictionary<TenantId, Share> shares = [];
    private readonly Lock gate = new();

    public async Task<IResult> RunAsync(TenantId tenant, Func<Task<IResult>> work, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var share = Join(tenant);
        try
        {
            if (!await share.Turns.WaitAsync(patience, cancellationToken))
                return Problems.RateLimited($"At most {most / 2} such calls of one tenant are worked on at once. Send this one again when another has been answered.", retryAfter);
            try
            {
                return await InTurnAsync(work, patience - time.GetElapsedTime(began), cancellationToken);
            }
            finally
            {
                share.Turns.Release();
            }
        }
        finally
        {
            // Also when the sender went away while it waited.
            Leave(tenant, share);
        }
    }

    public void Dispose() => turns.Dispose();

    private async Task<IResult> InTurnAsync(Func<Task<IResult>> work, TimeSpan left, CancellationToken cancellationToken)
    {
        if (!await turns.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken))
            return Problems.Unavailable(retryAfter);
        try
        {
            return await work();
        }
        finally
        {
            turns.Release();
        }
    }

    private Share Join(TenantId tenant)
    {
        lock (gate)
        {
            if (!shares.TryGetValue(tenant, out var share))
                shares.Add(tenant, share = new Share(most / 2));
            share.Calls++;
            return share;
        }
    }

    private void Leave(TenantId tenant, Share share)
    {
        lock (gate)
        {
            if (--share.Calls > 0)
                return;
            shares.Remove(tenant);
        }

        share.Dispose();
    }

    /// <summary>What one tenant has, for as long as a call of it is there.</summary>
    private sealed class Share(int most) : IDisposable
    {
        public SemaphoreSlim Turns { get; } = new(most);

        /// <summary>Working and waiting.</summary>
        public int Calls { get; set; }

        public void Dispose() => Turns.Dispose();
    }
}
