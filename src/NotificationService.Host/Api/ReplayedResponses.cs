using System.Text;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Notifications;

namespace NotificationService.Host.Api;

/// <summary>Answers to requests that may come again under an <c>Idempotency-Key</c>.</summary>
internal static class ReplayedResponses
{
    /// <summary>What is answered to a key that identifies another request.</summary>
    public static ProblemResult KeyMismatch { get; } = Problems.Of(
        422, "idempotency_mismatch", "The Idempotency-Key was used for another request",
        "The same key was sent within 24 hours with another body or to another call. Use a new key for a new request.");

    /// <summary>The answer as it was given before.</summary>
    public static JsonBytes Replay(HttpContext context, StoredResponse before)
    {
        context.Response.Headers["Idempotent-Replayed"] = "true";
        return new JsonBytes(before.StatusCode, Encoding.UTF8.GetBytes(before.Response));
    }

    /// <summary>What was answered before, if the key identifies the same request.</summary>
    public static IResult Of(HttpContext context, StoredResponse before, byte[] fingerprint) =>
        before.IsTo(fingerprint) ? Replay(context, before) : KeyMismatch;

    /// <param name="status">The response's status code if it was done now.</param>
    /// <param name="refused">What is answered if it could not be done.</param>
    public static IResult Of<T>(HttpContext context, IdempotentOutcome<T> outcome, int status, Func<T, IResult> refused) => outcome switch
    {
        IdempotentOutcome<T>.Done done => new JsonBytes(status, done.Response),
        IdempotentOutcome<T>.Replayed replayed => Replay(context, replayed.Before),
        IdempotentOutcome<T>.KeyMismatch => KeyMismatch,
        IdempotentOutcome<T>.Refused { Result: var result } => refused(result),
        _ => throw new InvalidOperationException("a closed set"),
    };
}
