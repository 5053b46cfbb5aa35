using NotificationService.Storage;

namespace NotificationService.Channels.Routing;

/// <summary>The most calls at once that this process makes to one provider without a limit of its own.</summary>
public sealed record CallCapacity(int Most);

/// <summary>Makes the gate of a provider by its row: how many calls at once, how many per second.</summary>
public sealed class ProviderGates(Database database, CallCapacity capacity, TimeProvider time)
{
    public ProviderGate For(ProviderRow row) => new(
        row.Concurrency is { } limit ? Math.Min(limit, capacity.Most) : capacity.Most,
        row.RateLimit is { } perSecond ? new RateLeases(database, row.TenantId, row.Id, perSecond, time) : null,
        time);

    /// <summary>For what no tenant configured and nobody limits.</summary>
    public ProviderGate Open() => new(capacity.Most, leases: null, time);
}
