namespace NotificationService.Webhooks;

/// <summary>Where a message stands. Stored as a smallint: never renumber.</summary>
public enum MessageState : short
{
    /// <summary>Waits for its first or next try, or is in hand.</summary>
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
/// <param name="Answer">The call; null: none was made.</param>
/// <param name="Disable">Why the endpoint is to be disabled, if it is.</param>
internal sealed record MessageOutcome(ClaimedMessage Message, MessageState State, string? Reason, TimeSpan? Wait, WebhookAnswer? Answer, string? Disable)
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
    /// <param name="answer">What came of it.</param>
    /// <param name="chance">A number in [0, 1).</param>
    public static MessageOutcome Of(ClaimedMessage message, WebhookAnswer answer, double chance)
    {
        var disable = answer is WebhookAnswer.Gone ? Gone : answer.Exchange.Directive == WebhookDirective.Disable ? Asked : null;
        if (answer is WebhookAnswer.Delivered)
            return new(message, MessageState.Delivered, null, null, answer, disable);
        if (disable is not null)
            return new(message, MessageState.Failed, disable, null, answer, disable);
        if (answer.Exchange.Directive == WebhookDirective.AbortMessage)
            return new(message, MessageState.Dropped, Aborted, null, answer, null);

        var failed = (WebhookAnswer.Failed)answer;
        var wait = WebhookSchedule.Next(message.Attempts + 1 - message.FirstAttempt, failed.RetryAfter, chance);
        return wait is null
            ? new(message, MessageState.Failed, Exhausted, null, answer, null)
            : new(message, MessageState.Pending, failed.Reason, wait, answer, null);
    }

    /// <summary>Whether it has none of the texts that somebody else wrote.</summary>
    public bool IsBare => Answer is null || (Answer.Exchange.Body is null && Answer.Exchange.ResponseHeaders is null && Answer.Exchange.RequestHeaders.Count == 0);

    /// <summary>The same without what the endpoint wrote, and without what was sent to it.</summary>
    public MessageOutcome Bare()
    {
        if (Answer is null)
            return this;
        var exchange = Answer.Exchange with { RequestHeaders = [], ResponseHeaders = null, Body = null };
        return this with
        {
            Answer = Answer switch
            {
                WebhookAnswer.Delivered => new WebhookAnswer.Delivered(exchange),
                WebhookAnswer.Gone => new WebhookAnswer.Gone(exchange),
                WebhookAnswer.Failed failed => new WebhookAnswer.Failed(exchange, failed.Reason, failed.RetryAfter),
                _ => throw new InvalidOperationException("no such answer"),
            },
        };
    }
}
