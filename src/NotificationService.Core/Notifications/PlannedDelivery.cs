using NotificationService.Channels;
using NotificationService.Deliveries;

namespace NotificationService.Notifications;

/// <summary>A delivery as it is accepted: to be sent now, to wait, or failed because there is no address.</summary>
/// <param name="Place">Its place in the chain, from 1; 0 when it is in none.</param>
public sealed record PlannedDelivery(DeliveryId Id, DeliveryStatus Status, DateTimeOffset DueAt, Failure? Failure, int Place = 0)
{
    public ChannelKind Channel => Id.Channel;
}

/// <summary>A channel that was asked for and gets no delivery, and why.</summary>
public sealed record SkippedChannel(ChannelKind Channel, string Code, string Message);

/// <summary>What came of planning.</summary>
public abstract record PlanOutcome
{
    private PlanOutcome()
    {
    }

    public sealed record Planned(IReadOnlyList<PlannedDelivery> Deliveries, IReadOnlyList<SkippedChannel> Skipped) : PlanOutcome;

    /// <summary>There is nothing that could be sent.</summary>
    public sealed record Refused(RequestIssue Issue) : PlanOutcome;
}
