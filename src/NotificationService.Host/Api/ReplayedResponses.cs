using NotificationService.Notifications;

namespace NotificationService.Host.Api;

/// <summary>Answers to requests that may come again under an <c>Idempotency-Key</c>.</summary>
internal static class ReplayedResponses
{
    /// <summary>What was answered before, if the key identifies the same request.</summary>
    public static IResult Of(HttpContext context, StoredResponse before, byte[] fingerprint) =>
        before.IsTo(fingerprint) ? NotificationsApi.Replay(context, before) : NotificationsApi.IdempotencyMismatch;

    /// <param name="status">The response's status code if it was done now.</param>
    /// <param name="refused">What is answered if it could not be done.</param>
    public static IResult Of<T>(HttpContext context, IdempotentOutcome<T> outcome, int status, Func<T, IResult> refused) => outcome switch
    {
        IdempotentOutcome<T>.Done done => new JsonBytes(status, done.Response),
        IdempotentOutcome<T>.Replayed replayed => NotificationsApi.Replay(context, replayed.Before),
        IdempotentOutcome<T>.KeyMismatch => NotificationsApi.IdempotencyMismatch,
        IdempotentOutcome<T>.Refused { Result: var result } => refused(result),
        _ => throw new InvalidOperationException("a closed set"),
    };
}
