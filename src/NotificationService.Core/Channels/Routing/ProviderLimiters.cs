using NotificationService.Storage;

namespace NotificationService.Channels.Routing;

/// <summary>The most calls at once that this process makes to one provider without a limit of its own.</summary>
public sealed record CallCapacity(int Max);

/// <summary>Makes the limiter of a provider by its row: how many calls at once, how many per second.</summary>
public sealed class ProviderLimiters(Database database, CallCapacity capacity, TimeProvider time)
{
    public ProviderLimiter For(ProviderRow row) => new(
        row.Concurrency is { } limit ? Math.Min(limit, capacity.Max) : capacity.Max,
        row.RateLimit is { } perSecond ? new RateLeases(database, row.TenantId, row.Id, perSecond, time) : null,
        time);

    /// <summary>For what no tenant configured and nobody limits.</summary>
    public ProviderLimiter Open() => new(capacity.Max, leases: null, time);
}
