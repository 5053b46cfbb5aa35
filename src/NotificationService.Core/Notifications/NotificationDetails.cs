using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Devices;

namespace NotificationService.Notifications;

/// <summary>A notification as it is stored, with its deliveries. JSON is text as it was accepted.</summary>
public sealed record NotificationDetails(
    NotificationId Id,
    bool Live,
    PinnedTemplate? Template,
    string? Category,
    string? Reference,
    Priority Priority,
    string Recipient,
    string? Data,
    string? Content,
    string? Metadata,
    DateTimeOffset? SendAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    IReadOnlyList<DeliveryDetails> Deliveries)
{
    /// <summary>One channel after the other; null for all of them at once.</summary>
    public FallbackRule? Fallback { get; init; }

    /// <summary>When its content and addresses were taken out, because the tenant does not keep them for longer; null while they are there.</summary>
    public DateTimeOffset? ContentRedactedAt { get; init; }

    /// <summary>The topic by which it reached the recipient; null where it was sent to a person.</summary>
    public string? Topic { get; init; }

    public DeliveryStatus Status => NotificationStatus.Of(Deliveries.Select(delivery => delivery.Status));

    public override string ToString() => $"notification {Id}";
}

/// <summary>A delivery as it stands.</summary>
/// <param name="DueAt">When it is, or was, to be tried next.</param>
/// <param name="Ambiguous">Some attempt may have gone out without our knowing.</param>
/// <param name="CallStartedAt">While a provider is being called.</param>
public sealed record DeliveryDetails(
    DeliveryId Id,
    DeliveryStatus Status,
    DateTimeOffset DueAt,
    bool Ambiguous,
    int TimelineSeq,
    DateTimeOffset? CallStartedAt,
    string? ProviderMessageId,
    ProviderName? Provider,
    Failure? Failure,
    IReadOnlyList<AttemptDetails> Attempts)
{
    /// <summary>What became of each device of a push to several; null for everything else, and before the first call's result.</summary>
    public DeviceStates? Devices { get; init; }

    /// <summary>Parts that a text message was billed as; null before a provider took it.</summary>
    public int? Segments { get; init; }

    /// <summary>How their characters are written.</summary>
    public SmsEncoding? Encoding { get; init; }

    public Engagement Engagement { get; init; } = Engagement.None;

    /// <summary>Its place in the chain, from 1; 0 when it is in none.</summary>
    public int Place { get; init; }

    /// <summary>The code of what it waits for, while it is scheduled.</summary>
    public string? WaitsFor { get; init; }

    public ChannelKind Channel => Id.Channel;
}

/// <summary>One call to one provider.</summary>
public sealed record AttemptDetails(
    DeliveryId Delivery, int Number, ProviderName? Provider, AttemptOutcome Outcome, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt,
    string? Code, string? Message, string? ProviderMessageId)
{
    /// <summary>Parts that a text message was billed as.</summary>
    public int? Segments { get; init; }

    /// <summary>How their characters are written.</summary>
    public SmsEncoding? Encoding { get; init; }
}

/// <summary>What the recipient did with a delivery, as its provider reported it: when first.</summary>
public sealed record Engagement(DateTimeOffset? OpenedAt, DateTimeOffset? ClickedAt)
{
    public static readonly Engagement None = new(null, null);
}

/// <summary>A provider that a delivery was given to; its name as it is now, or null if it was deleted since.</summary>
public sealed record ProviderName(Guid Id, string? Name);

/// <summary>A change of a delivery's status, with the call that followed from it where there was one.</summary>
/// <param name="Detail">Why, as JSON, or null.</param>
public sealed record TimelineStep(DeliveryId Delivery, int Sequence, DeliveryStatus Status, DateTimeOffset At, string? Detail, AttemptDetails? Attempt);
