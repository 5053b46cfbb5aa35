namespace NotificationService.Webhooks;

/// <summary>One event addressed to one endpoint, as the delivery log shows it.</summary>
/// <param name="Id">Of the message; <paramref name="EventId"/> is what the receiver sees.</param>
/// <param name="EventId">The <c>webhook-id</c> of every attempt.</param>
/// <param name="Subject">The delivery, batch, job … it is about.</param>
/// <param name="Reason">Why it ended without success.</param>
/// <param name="NextTryAt">Null: it has ended, or is being sent at this moment.</param>
/// <param name="Attempts">The latest last.</param>
/// <param name="Body">What is sent; null in a list.</param>
/// <param name="Live">Whether it reports what a live account brought about; what is about no notification, batch or job counts as that.</param>
public sealed record WebhookMessage(
    Guid Id, string EventId, string Type, Guid Subject, int Sequence, MessageState State, string? Reason, int AttemptCount, DateTimeOffset OccurredAt,
    DateTimeOffset CreatedAt, DateTimeOffset? EndedAt, DateTimeOffset? NextTryAt, string? Body, bool Live, IReadOnlyList<WebhookAttempt> Attempts);

/// <summary>One call for a message.</summary>
/// <param name="Outcome">1 delivered, 2 failed, 3 gone.</param>
/// <param name="RequestHeaders">A JSON object.</param>
/// <param name="ResponseHeaders">A JSON object, or null.</param>
public sealed record WebhookAttempt(
    int Number, DateTimeOffset StartedAt, int DurationMs, short Outcome, int? Status, string? Error, string RequestHeaders, string? ResponseHeaders, string? ResponseBody,
    DateTimeOffset? NextTryAt);

/// <summary>Which messages of an endpoint; null is any.</summary>
/// <param name="Live">Only those of live accounts, or only those of test accounts.</param>
public sealed record WebhookMessageFilter(MessageState? State, string? Type, bool? Live);
