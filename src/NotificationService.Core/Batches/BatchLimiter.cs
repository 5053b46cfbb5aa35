using NotificationService.Queueing;
using NotificationService.Tenants;

namespace NotificationService.Batches;

/// <summary>Calls with many items are few at once, because what is made of one is large: of one process, and of one tenant fewer.</summary>
public sealed class BatchLimiter(TimeProvider time) : IDisposable
{
    /// <summary>Worked on at once by one process.</summary>
    public const int MaxAtOnce = 4;

    /// <summary>Of them, of one tenant.</summary>
    public const int MaxOfTenant = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly KeyedLimiter<TenantId> limiter = new(MaxAtOnce, MaxOfTenant, Patience, time);

    public void Dispose() => limiter.Dispose();

    /// <summary>The work's answer, or after a while one of the refusals: the tenant, or the process, has its most.</summary>
    public Task<T> RunAsync<T>(TenantId tenant, Func<Task<T>> work, Func<T> tenantIsFull, Func<T> processIsFull, CancellationToken cancellationToken) =>
        limiter.RunAsync(tenant, work, tenantIsFull, processIsFull, cancellationToken);
}
