using NotificationService.Categories;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Recipients;
using NotificationService.Recipients.Preferences;

namespace NotificationService.Notifications;

/// <summary>A delivery as it is accepted: to be sent now, to wait, failed because there is no address, or suppressed because something stands against it.</summary>
/// <param name="Place">Its place in the chain, from 1; 0 when it is in none.</param>
public sealed record PlannedDelivery(DeliveryId Id, DeliveryStatus Status, DateTimeOffset DueAt, Failure? Failure, int Place = 0)
{
    public ChannelKind Channel => Id.Channel;

    /// <summary>It waits for a channel before it.</summary>
    public bool IsBehind { get; init; }

    /// <summary>It waits for the end of quiet hours, in words; null where it does not.</summary>
    public string? Quiet { get; init; }

    /// <summary>What it waits for, where it is scheduled.</summary>
    public TransitionReason Waiting => IsBehind ? new(FallbackChain.Code, "waits for the channels before it") : Quiet is { } quiet ? new(SendDecision.QuietCode, quiet) : new("send_at", "waits for sendAt");

    /// <summary>Why it ends as it is accepted, where it did not fail; or which rule let it pass, where one did.</summary>
    public TransitionReason? Reason { get; init; }

    /// <summary>Something will be sent.</summary>
    public bool IsToBeSent => Status is DeliveryStatus.Queued or DeliveryStatus.Scheduled;
}

/// <summary>What is known beside a request when it is planned.</summary>
/// <param name="Category">The category's key; null for none.</param>
/// <param name="Says">What the category says.</param>
/// <param name="Person">What the recipient wants; null for one who has never said anything.</param>
/// <param name="Suppressed">Those of the recipient's addresses that must not be written to.</param>
public sealed record PlanFacts(string? Category, CategoryRule Says, PersonPreferences? Person, IReadOnlyList<SuppressedAddress> Suppressed)
{
    /// <summary>Whose clock counts for the tenant's people who have none of their own.</summary>
    public string? Timezone { get; init; }

    public static PlanFacts None { get; } = new(null, CategoryRule.Silent, null, []);
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
