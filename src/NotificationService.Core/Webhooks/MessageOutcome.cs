using NotificationService.Storage;

namespace NotificationService.Webhooks;

/// <summary>Where a message stands. Stored as a smallint: never renumber.</summary>
[SqlName("message")]
[SqlSet("unsent", MessageState.Failed, MessageState.Dropped)]
public enum MessageState : short
{
    /// <summary>Waits for its first or next try, or is in flight.</summary>
    Pending = 1,

    /// <summary>The endpoint took it.</summary>
    Delivered = 2,

    /// <summary>No try is left.</summary>
    Failed = 3,

    /// <summary>It is not tried any more: the receiver asked for that, or the endpoint is disabled or gone.</summary>
    Dropped = 4,
}

/// <summary>What becomes of a claimed message.</summary>
/// <param name="Message">Which.</param>
/// <param name="State">Where it stands now.</param>
/// <param name="Reason">Why it did not succeed, in stable words.</param>
/// <param name="Wait">How long until the next try, for a pending one.</param>
/// <param name="Response">The call; null: none was made.</param>
/// <param name="Disable">Why the endpoint is to be disabled, if it is.</param>
internal sealed record MessageOutcome(ClaimedMessage Message, MessageState State, string? Reason, TimeSpan? Wait, WebhookResponse? Response, string? Disable)
{
    /// <summary>The endpoint's revision when it was called: what an address answered that is no longer its own says nothing of it.</summary>
    public int Revision { get; init; }

    private const string Exhausted = "exhausted";
    private const string Aborted = "aborted_by_receiver";
    private const string KeyMissing = "key_missing";

    private static readonly TimeSpan ForOthers = TimeSpan.FromSeconds(2);

    /// <summary>The receiver answered 410.</summary>
    public const string Gone = "gone";

    /// <summary>The receiver answered <c>webhook-delivery: disable</c>.</summary>
    public const string Asked = "asked";

    /// <summary>This process cannot sign it; for one that can it is due soon.</summary>
    public static MessageOutcome PutBack(ClaimedMessage message) => new(message, MessageState.Pending, KeyMissing, ForOthers, null, null);

    public static MessageOutcome Dropped(ClaimedMessage message, string reason) => new(message, MessageState.Dropped, reason, null, null, null);

    /// <param name="message">Which was called with.</param>
    /// <param name="response">What came of it.</param>
    /// <param name="jitter">A number in [0, 1).</param>
    public static MessageOutcome Of(ClaimedMessage message, WebhookResponse response, double jitter)
    {
        var disable = response is WebhookResponse.Gone ? Gone : response.Exchange.Directive == WebhookDirective.Disable ? Asked : null;
        if (response is WebhookResponse.Delivered)
            return new(message, MessageState.Delivered, null, null, response, disable);
        if (disable is not null)
            return new(message, MessageState.Failed, disable, null, response, disable);
        if (response.Exchange.Directive == WebhookDirective.AbortMessage)
            return new(message, MessageState.Dropped, Aborted, null, response, null);

        var failed = (WebhookResponse.Failed)response;
        var wait = WebhookSchedule.Next(message.Attempts + 1 - message.FirstAttempt, failed.RetryAfter, jitter);
        return wait is null
            ? new(message, MessageState.Failed, Exhausted, null, response, null)
            : new(message, MessageState.Pending, failed.Reason, wait, response, null);
    }

    /// <summary>Whether it has none of the texts that somebody else wrote.</summary>
    public bool IsBare => Response is null || (Response.Exchange.Body is null && Response.Exchange.ResponseHeaders is null && Response.Exchange.RequestHeaders.Count == 0);

    /// <summary>The same without what the endpoint wrote, and without what was sent to it.</summary>
    public MessageOutcome Bare()
    {
        if (Response is null)
            return this;
        var exchange = Response.Exchange with { RequestHeaders = [], ResponseHeaders = null, Body = null };
        return this with
        {
            Response = Response switch
            {
                WebhookResponse.Delivered => new WebhookResponse.Delivered(exchange),
                WebhookResponse.Gone => new WebhookResponse.Gone(exchange),
                WebhookResponse.Failed failed => new WebhookResponse.Failed(exchange, failed.Reason, failed.RetryAfter),
                _ => throw new InvalidOperationException("no such answer"),
            },
        };
    }
}
