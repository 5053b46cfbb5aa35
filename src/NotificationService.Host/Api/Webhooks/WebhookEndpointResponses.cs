using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Webhooks;

namespace NotificationService.Host.Api.Webhooks;

/// <summary>An endpoint as it is shown.</summary>
/// <param name="Url">As it is called: normalised.</param>
/// <param name="Secret">What its messages are signed with; only when it was made or replaced, and nowhere else.</param>
/// <param name="Headers">By name, values masked.</param>
/// <param name="Secrets">Which secrets sign now, the newest first.</param>
/// <param name="DisabledReason">gone: it answered 410. asked: it answered webhook-delivery: disable. failing: nothing but failure for five days. Null: a person did it.</param>
/// <param name="FailingSince">Nothing has succeeded since; null: it is well.</param>
/// <param name="LastFailure">Why: what the latest call that failed came to, in the words of its attempts; null: it is well.</param>
/// <param name="Failures">Failed attempts in a row.</param>
public sealed record WebhookEndpointResponse(
    Guid Id, string Url, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Secret, IReadOnlyList<string> Events, string? Description, bool Enabled,
    string Payload, IReadOnlyDictionary<string, string> Headers, WebhookFiltersResponse Filters, IReadOnlyList<WebhookSecretResponse> Secrets, DateTimeOffset? DisabledAt,
    string? DisabledReason, DateTimeOffset? FailingSince, string? LastFailure, int Failures, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public override string ToString() => $"webhook endpoint {Id}";

    internal static WebhookEndpointResponse Of(WebhookEndpointRow row, DateTimeOffset now, WebhookSecret? secret = null) => new(
        row.Id, row.Url, secret?.Reveal(), row.Events, row.Description, row.Enabled, row.Payload == WebhookPayload.Thin ? "thin" : "full",
        WebhookHeaders.FromJson(row.Headers).ToDictionary(header => header.Name, header => header.Value), WebhookFiltersResponse.Of(row),
        [.. row.SigningAt(now).Select(stored => new WebhookSecretResponse(stored.CreatedAt, stored.RetiresAt))],
        row.DisabledAt, row.DisabledFor, row.FailingSince, row.LastFailure, row.Failures, row.CreatedAt, row.UpdatedAt);
}

/// <summary>Of a delivery's events only these; null is all.</summary>
public sealed record WebhookFiltersResponse(IReadOnlyList<string>? Channels, IReadOnlyList<string>? Categories, IReadOnlyList<Guid>? BatchIds)
{
    internal static WebhookFiltersResponse Of(WebhookEndpointRow row) =>
        new(row.Channels is null ? null : [.. row.Channels.Select(channel => ((ChannelKind)channel).ToName())], row.Categories, row.Batches);
}

/// <summary>A secret that signs.</summary>
/// <param name="RetiresAt">Until when; null for the current one.</param>
public sealed record WebhookSecretResponse(DateTimeOffset CreatedAt, DateTimeOffset? RetiresAt);

/// <summary>A message that is to be sent.</summary>
/// <param name="MessageId">To be found under /deliveries.</param>
public sealed record WebhookQueuedResponse(Guid MessageId, string Status);

/// <summary>A replay.</summary>
/// <param name="Live">Whether it brings back live messages or those of test accounts only; null: both.</param>
/// <param name="Status">running, done, or stopped because the endpoint was disabled or deleted.</param>
/// <param name="Queued">Messages put into the endpoint's queue so far.</param>
/// <param name="Reached">Everything before it has been looked at.</param>
public sealed record WebhookReplayResponse(
    Guid Id, Guid EndpointId, string Mode, bool? Live, DateTimeOffset Since, DateTimeOffset Until, string Status, int Queued, DateTimeOffset Reached, DateTimeOffset CreatedAt)
{
    internal static WebhookReplayResponse Of(WebhookReplayRow row) => new(
        row.Id, row.EndpointId, row.Mode == WebhookReplayMode.All ? "all" : "failed", row.Live, row.Since, row.Until,
        row.State switch { WebhookReplayState.Running => "running", WebhookReplayState.Done => "done", _ => "stopped" }, row.Queued, row.Reached, row.CreatedAt);
}

/// <summary>An event addressed to an endpoint.</summary>
/// <param name="EventId">The webhook-id of every attempt.</param>
/// <param name="Subject">The delivery, batch, job … it is about.</param>
/// <param name="Sequence">1, 2, 3 … per delivery.</param>
/// <param name="Status">pending, delivered, failed, or dropped.</param>
/// <param name="Reason">Why it ended without success.</param>
/// <param name="AttemptCount">How often it was sent, resends included.</param>
/// <param name="NextTryAt">Null: it has ended, or is being sent at this moment.</param>
/// <param name="Live">Whether a live account's notification, batch or job brought it about; true where it is about none of them.</param>
/// <param name="Body">What is sent; left out of lists.</param>
/// <param name="Attempts">The latest 50, the last of them last.</param>
public sealed record WebhookMessageResponse(
    Guid Id, string EventId, string Type, Guid Subject, int Sequence, string Status, string? Reason, int AttemptCount, DateTimeOffset OccurredAt, DateTimeOffset CreatedAt,
    DateTimeOffset? EndedAt, DateTimeOffset? NextTryAt, bool Live, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Body,
    IReadOnlyList<WebhookAttemptResponse> Attempts)
{
    internal static WebhookMessageResponse Of(WebhookMessage message) => new(
        message.Id, message.EventId, message.Type, message.Subject, message.Sequence, message.State.ToName(), message.Reason, message.AttemptCount, message.OccurredAt,
        message.CreatedAt, message.EndedAt, message.NextTryAt, message.Live, message.Body, [.. message.Attempts.Select(WebhookAttemptResponse.Of)]);
}

/// <summary>One call.</summary>
/// <param name="Outcome">delivered, failed, or gone.</param>
/// <param name="Error">Why it failed, such as http_status, timeout, dns_failed, tls_failed, endpoint_forbidden.</param>
/// <param name="RequestHeaders">As they were sent, the endpoint's own masked.</param>
/// <param name="ResponseStatus">Null: there was no response.</param>
/// <param name="ResponseBody">The first 16 KB; in a list the first 1,000 characters.</param>
/// <param name="NextTryAt">When it was to be tried again.</param>
public sealed record WebhookAttemptResponse(
    int Number, DateTimeOffset StartedAt, int DurationMs, string Outcome, string? Error, JsonElement RequestHeaders, int? ResponseStatus, JsonElement? ResponseHeaders,
    string? ResponseBody, DateTimeOffset? NextTryAt)
{
    internal static WebhookAttemptResponse Of(WebhookAttempt attempt) => new(
        attempt.Number, attempt.StartedAt, attempt.DurationMs, attempt.Outcome switch { 1 => "delivered", 3 => "gone", _ => "failed" }, attempt.Error,
        JsonElement.Parse(attempt.RequestHeaders), attempt.Status, attempt.ResponseHeaders is null ? null : JsonElement.Parse(attempt.ResponseHeaders), attempt.ResponseBody,
        attempt.NextTryAt);
}
