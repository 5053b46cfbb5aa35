using NotificationService.Channels;
using NotificationService.Deliveries.Devices;
using NotificationService.Tenants;

namespace NotificationService.Deliveries;

/// <summary>A delivery that this worker holds, as the claim returned it.</summary>
/// <param name="Claims">How often it was claimed, this time counted.</param>
/// <param name="Attempts">Provider calls begun before this claim.</param>
/// <param name="RetriedFrom">Calls made before somebody asked for a retry by hand; they do not count against the schedule.</param>
/// <param name="TimelineSeq">Sequence of the last timeline row.</param>
/// <param name="Rescues">Times a worker was lost while it prepared the delivery: first with others, then alone.</param>
/// <param name="CallStartedAt">Set only on what is taken from the dead: a call may have happened.</param>
/// <param name="LastProvider">Who was called the last time.</param>
/// <param name="Lease">How long it is held, and what time it is for the database.</param>
public sealed record ClaimedDelivery(
    DeliveryId Id,
    TenantId Tenant,
    Priority Priority,
    int Claims,
    int Attempts,
    int RetriedFrom,
    int TimelineSeq,
    int Rescues,
    bool Ambiguous,
    DateTimeOffset DueAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? CallStartedAt,
    Guid? LastProvider,
    Lease Lease)
{
    /// <summary>What became of each of several devices so far; null for what is for one, and before the first result.</summary>
    public DeviceStates? Devices { get; init; }

    public ChannelKind Channel => Id.Channel;

    /// <summary>The batch or bulk job it belongs to, which may be held or cancelled as a whole.</summary>
    public Guid? Batch { get; init; }
}
