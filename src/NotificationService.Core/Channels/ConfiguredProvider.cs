namespace NotificationService.Channels;

/// <summary>A live provider and where it stands in the order of a tenant's channel.</summary>
/// <param name="Priority">The lowest number is tried first.</param>
/// <param name="Weight">The share of the traffic among those of one priority; 0 only takes what the others cannot.</param>
public sealed record ConfiguredProvider(Guid Id, string Type, string Name, int Priority, int Weight, IProvider Provider)
{
    /// <summary>The most calls per second, where the tenant set a limit.</summary>
    public int? RateLimit { get; init; }
}
