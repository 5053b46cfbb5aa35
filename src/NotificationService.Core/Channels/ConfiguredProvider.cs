using NotificationService.Channels.Routing;

namespace NotificationService.Channels;

/// <summary>A live provider and where it stands in the order of a tenant's channel.</summary>
/// <param name="Priority">The lowest number is tried first.</param>
/// <param name="Weight">The share of the traffic among those of one priority; 0 only takes what the others cannot.</param>
public sealed record ConfiguredProvider(Guid Id, string Type, string Name, int Priority, int Weight, IProvider Provider)
{
    /// <summary>The way to a call, and what is known of how calls go.</summary>
    public required ProviderLimiter Limiter { get; init; }

    /// <summary>The domain its messages come from; null where its settings name no address.</summary>
    public string? SenderDomain { get; init; }

    /// <summary>Raised by every change; 0 where no tenant configured it.</summary>
    public int Revision { get; init; }
}
