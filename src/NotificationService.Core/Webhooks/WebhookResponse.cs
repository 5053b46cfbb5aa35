namespace NotificationService.Webhooks;

/// <summary>What one call to an endpoint came to. A closed set: nothing else can be returned, and an expected outcome is never an exception.</summary>
public abstract record WebhookResponse
{
    private WebhookResponse(WebhookExchange exchange) => Exchange = exchange;

    /// <summary>What went out and what came back, for the delivery log.</summary>
    public WebhookExchange Exchange { get; }

    /// <summary>2xx.</summary>
    public sealed record Delivered(WebhookExchange Exchange) : WebhookResponse(Exchange);

    /// <summary>Anything but 2xx and 410, no response in time, or no answer at all.</summary>
    /// <param name="Reason">One of <see cref="WebhookFailure"/>.</param>
    /// <param name="RetryAfter">What the receiver asked for, at most a day; the schedule bounds it.</param>
    public sealed record Failed(WebhookExchange Exchange, string Reason, TimeSpan? RetryAfter = null) : WebhookResponse(Exchange);

    /// <summary>410: the receiver wants no more of them.</summary>
    public sealed record Gone(WebhookExchange Exchange) : WebhookResponse(Exchange);
}

/// <summary>Why a call failed, as stable words.</summary>
public static class WebhookFailure
{
    /// <summary>A status that is neither 2xx, 3xx nor 410.</summary>
    public const string Status = "http_status";

    /// <summary>3xx; redirects are not followed.</summary>
    public const string Redirected = "redirected";

    /// <summary>No status within the deadline.</summary>
    public const string TimedOut = "timeout";

    /// <summary>No connection within its part of the deadline.</summary>
    public const string ConnectTimedOut = "connect_timeout";

    /// <summary>The connection ended before there was a status, or what came was no HTTP.</summary>
    public const string ResponseBroken = "answer_broken";

    /// <summary>The response's headers were larger than is read.</summary>
    public const string HeadersTooLarge = "answer_headers_too_large";

    /// <summary>What is stored of the endpoint cannot be used: a secret or header does not decrypt.</summary>
    public const string Unusable = "endpoint_unusable";
}

/// <summary>What went out and what came back.</summary>
/// <param name="StartedAt">The attempt's time; <c>webhook-timestamp</c> is its second.</param>
/// <param name="Duration">From there to the end of what was read.</param>
/// <param name="RequestHeaders">As they were sent, the tenant's own masked.</param>
/// <param name="Status">Null: there was none.</param>
/// <param name="ResponseHeaders">Of the response, fit for storage, 16 KB at the most; null: there was no response.</param>
/// <param name="Body">The first 16 KB of the response, fit for storage; null: there was no response.</param>
/// <param name="Directive">What the receiver asked for besides.</param>
public sealed record WebhookExchange(
    DateTimeOffset StartedAt, TimeSpan Duration, IReadOnlyList<WebhookHeader> RequestHeaders, int? Status, IReadOnlyList<WebhookHeader>? ResponseHeaders, string? Body,
    WebhookDirective Directive);

/// <summary>What a receiver asks for in the header <c>webhook-delivery</c> of any response.</summary>
public enum WebhookDirective
{
    None,

    /// <summary><c>abort-message</c>: this message is not to come again.</summary>
    AbortMessage,

    /// <summary><c>disable</c>: nothing is to come any more.</summary>
    Disable,
}
