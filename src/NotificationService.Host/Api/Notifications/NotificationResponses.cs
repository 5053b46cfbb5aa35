using System.Text;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Devices;
using NotificationService.Host.Http.Json;
using NotificationService.Notifications;

namespace NotificationService.Host.Api.Notifications;

/// <summary>A notification with its deliveries.</summary>
/// <param name="Status">The furthest of its deliveries'.</param>
/// <param name="Template">The version it is bound to; absent where content was given instead.</param>
/// <param name="Strategy"><c>all</c> or <c>fallback</c>: then the deliveries stand in the order in which they are tried.</param>
/// <param name="FallbackAfter">How many seconds each channel has; absent where it has its time until it fails.</param>
/// <param name="Live">False for what a test account sent: it only ever reaches the sandbox.</param>
/// <param name="Topic">The topic by which it reached the recipient; absent where it was sent to a person.</param>
/// <param name="ContentRedactedAt">When content and addresses were taken out, because the tenant does not keep them for longer; absent while they are there.</param>
public sealed record NotificationResponse(
    Guid Id,
    string Status,
    string? Reference,
    PinnedTemplate? Template,
    string? Category,
    string Priority,
    string Strategy,
    int? FallbackAfter,
    bool Live,
    RawJson Recipient,
    RawJson? Data,
    RawJson? Content,
    RawJson? Metadata,
    DateTimeOffset? SendAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ContentRedactedAt,
    string? Topic,
    IReadOnlyList<DeliveryResponse> Deliveries)
{
    internal static NotificationResponse Of(NotificationDetails notification) => new(
        notification.Id.Value,
        notification.Status.ToName(),
        notification.Reference,
        notification.Template,
        notification.Category,
        notification.Priority.ToName(),
        Strategies.NameOf(notification.Fallback),
        (int?)notification.Fallback?.After?.TotalSeconds,
        notification.Live,
        Json(notification.Recipient) ?? default,
        Json(notification.Data),
        Json(notification.Content),
        Json(notification.Metadata),
        notification.SendAt,
        notification.ExpiresAt,
        notification.CreatedAt,
        notification.ContentRedactedAt,
        notification.Topic,
        [.. notification.Deliveries.Select(DeliveryResponse.Of)]);

    internal static RawJson? Json(string? text) => text is null ? null : new RawJson(Encoding.UTF8.GetBytes(text));
}

/// <summary>One notification on one channel.</summary>
/// <param name="DueAt">When it is to be tried next; absent once it has ended.</param>
/// <param name="Ambiguous">True if some attempt may have gone out without our knowing; it may then have been sent twice.</param>
/// <param name="Provider">The provider that took it, or was tried last.</param>
/// <param name="Segments">Parts that a text message was billed as, 1 to 10; absent on other channels, and before a provider took it.</param>
/// <param name="SmsEncoding">How their characters are written: <c>gsm7</c>, 160 in one segment or 153 in each of several, or <c>ucs2</c>, 70 or 67.</param>
/// <param name="Engagement">What the recipient did with it, as far as the provider reports that.</param>
/// <param name="Hold">What it waits for, while it is scheduled.</param>
/// <param name="Devices">Of a push to several devices: what became of each. Absent before the first call's result, and on everything else.</param>
public sealed record DeliveryResponse(
    Guid Id,
    string Channel,
    string Status,
    DateTimeOffset? DueAt,
    bool Ambiguous,
    ProviderResponse? Provider,
    string? ProviderMessageId,
    FailureResponse? Failure,
    int? Segments,
    string? SmsEncoding,
    EngagementResponse Engagement,
    DevicesResponse? Devices,
    HoldResponse? Hold,
    IReadOnlyList<AttemptResponse> Attempts)
{
    internal static DeliveryResponse Of(DeliveryDetails delivery) => new(
        delivery.Id.Value,
        delivery.Channel.ToName(),
        delivery.Status.ToName(),
        delivery.Status <= DeliveryStatus.Queued ? delivery.DueAt : null,
        delivery.Ambiguous,
        ProviderResponse.Of(delivery.Provider),
        delivery.ProviderMessageId,
        delivery.Failure is { } failure ? new FailureResponse(failure.Kind.ToName(), failure.Code, failure.Message, delivery.Provider?.Name) : null,
        delivery.Segments,
        delivery.Encoding?.ToName(),
        new EngagementResponse(delivery.Engagement.OpenedAt, delivery.Engagement.ClickedAt),
        DevicesResponse.Of(delivery.Devices),
        HoldResponse.Of(delivery),
        [.. delivery.Attempts.Select(AttemptResponse.Of)]);
}

/// <summary>What a delivery waits for.</summary>
/// <param name="Reason"><c>send_at</c>, <c>quiet_hours</c>, or <c>fallback</c>: the channel before it.</param>
/// <param name="Until">When it is tried.</param>
public sealed record HoldResponse(string Reason, DateTimeOffset Until)
{
    internal static HoldResponse? Of(DeliveryDetails delivery) => delivery is { Status: DeliveryStatus.Scheduled, WaitsFor: { } reason } ? new(reason, delivery.DueAt) : null;
}

/// <summary>What the recipient did, as the provider reported it.</summary>
/// <param name="OpenedAt">When it was first opened; mail programs that fetch pictures by themselves count.</param>
/// <param name="ClickedAt">When a link was first clicked.</param>
public sealed record EngagementResponse(DateTimeOffset? OpenedAt, DateTimeOffset? ClickedAt);

/// <summary>A push to several devices.</summary>
/// <param name="Reached">How many have it.</param>
/// <param name="Total">How many there are, 2 to 100.</param>
public sealed record DevicesResponse(int Reached, int Total, IReadOnlyList<DeviceResponse> Outcomes)
{
    internal static DevicesResponse? Of(DeviceStates? devices) => devices is null ? null : new(devices.Reached, devices.Total, [.. devices.Items.Select(DeviceResponse.Of)]);
}

/// <summary>One device of a push to several.</summary>
/// <param name="Device">The first 12 hexadecimal digits of the SHA-256 of its token, which itself is never shown here.</param>
/// <param name="Outcome"><c>waiting</c>, <c>accepted</c>, <c>rejected</c>, <c>deferred</c> (it is tried again), <c>ambiguous</c>, <c>suppressed</c> or <c>given_up</c>.</param>
/// <param name="Attempts">Calls made for it.</param>
/// <param name="Code">The last call's, where it was not accepted.</param>
/// <param name="Ambiguous">True if some call for it may have gone out without our knowing.</param>
/// <param name="NextAttemptAt">When it is tried next; absent once nothing more is done for it.</param>
public sealed record DeviceResponse(string Device, string Outcome, int Attempts, string? Code, bool Ambiguous, DateTimeOffset? NextAttemptAt)
{
    internal static DeviceResponse Of(DeviceState device) => new(device.Device, device.Outcome.ToName(), device.Attempts, device.Code, device.IsAmbiguous, device.NextAttemptAt);
}

/// <summary>A provider by its id, and its name unless it was deleted since.</summary>
public sealed record ProviderResponse(Guid Id, string? Name)
{
    internal static ProviderResponse? Of(ProviderName? provider) => provider is null ? null : new(provider.Id, provider.Name);
}

/// <summary>One call to one provider.</summary>
/// <param name="Outcome"><c>accepted</c>, <c>rejected</c>, <c>deferred</c>, or <c>ambiguous</c> when nobody can know whether it went out.</param>
public sealed record AttemptResponse(
    int Number, string Outcome, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string? Code, string? Message, ProviderResponse? Provider, string? ProviderMessageId,
    int? Segments, string? SmsEncoding)
{
    internal static AttemptResponse Of(AttemptDetails attempt) => new(
        attempt.Number, attempt.Outcome.ToName(), attempt.StartedAt, attempt.FinishedAt, attempt.Code, attempt.Message,
        ProviderResponse.Of(attempt.Provider), attempt.ProviderMessageId, attempt.Segments, attempt.Encoding?.ToName());
}

/// <summary>Every change of every delivery, in the order of time.</summary>
public sealed record TimelineResponse(IReadOnlyList<TimelineItem> Items);

/// <summary>A change of a delivery's status.</summary>
/// <param name="Sequence">1, 2, 3 … per delivery.</param>
/// <param name="Detail">Why: a code and a message, for a retry when it is due, and of a push to several devices what became of each.</param>
/// <param name="Attempt">The call that was made then.</param>
public sealed record TimelineItem(Guid DeliveryId, string Channel, int Sequence, string Status, DateTimeOffset At, RawJson? Detail, AttemptResponse? Attempt)
{
    internal static TimelineItem Of(TimelineStep step) => new(
        step.Delivery.Value,
        step.Delivery.Channel.ToName(),
        step.Sequence,
        step.Status.ToName(),
        step.At,
        NotificationResponse.Json(step.Detail),
        step.Attempt is { } attempt ? AttemptResponse.Of(attempt) : null);
}
