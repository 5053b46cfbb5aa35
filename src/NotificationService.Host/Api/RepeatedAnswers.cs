using NotificationService.Notifications;

namespace NotificationService.Host.Api;

/// <summary>Answers to requests that may come again under an <c>Idempotency-Key</c>.</summary>
internal static class RepeatedAnswers
{
    /// <summary>What was answered before, if the key stands for the same request.</summary>
    public static IResult Of(HttpContext context, StoredAnswer before, byte[] fingerprint) =>
        before.Fingerprint.AsSpan().SequenceEqual(fingerprint) ? NotificationsApi.Replay(context, before) : NotificationsApi.IdempotencyMismatch;

    /// <param name="status">The answer's status code if it was done now.</param>
    /// <param name="refused">What is answered if it could not be done.</param>
    public static IResult Of<T>(HttpContext context, RepeatableOutcome<T> outcome, int status, Func<T, IResult> refused) => outcome switch
    {
        RepeatableOutcome<T>.Done done => new JsonBytes(status, done.Answer),
        RepeatableOutcome<T>.Replayed replayed => NotificationsApi.Replay(context, replayed.Before),
        RepeatableOutcome<T>.KeyMismatch => NotificationsApi.IdempotencyMismatch,
        RepeatableOutcome<T>.Refused { Result: var result } => refused(result),
        _ => throw new InvalidOperationException("a closed set"),
    };
}
