namespace NotificationService.Channels;

/// <summary>What one call to a provider came to. A closed set: nothing else can be returned, and an expected outcome is never an exception.</summary>
public abstract record ProviderResult
{
    private ProviderResult()
    {
    }

    /// <summary>The provider took the message. <paramref name="ProviderMessageId"/> is empty when it named none.</summary>
    /// <param name="ProviderMessageId">The vendor's id of the message, at most 200 characters.</param>
    /// <param name="Delivered">True where handing over is delivery (in-app): the delivery is <c>delivered</c>, not <c>sent</c>.</param>
    public sealed record Accepted(string ProviderMessageId, bool Delivered = false) : ProviderResult;

    /// <summary>The provider refused this message and would refuse it again: no retry.</summary>
    public sealed record Rejected(string Code, string Message) : ProviderResult;

    /// <summary>The message did not go out and may be tried again, not before <paramref name="RetryAfter"/> where the provider said so.</summary>
    /// <param name="Code">The vendor's or our own stable code, such as <c>http_503</c> or <c>connect_failed</c>.</param>
    /// <param name="Message">Plain words for the timeline, without secrets or addresses, at most 500 characters.</param>
    /// <param name="RetryAfter">From the provider's answer; capped at one hour by the worker.</param>
    public sealed record Deferred(string Code, string Message, TimeSpan? RetryAfter = null) : ProviderResult;

    /// <summary>The message may have gone out: the request was written and no usable answer came back.</summary>
    public sealed record Ambiguous(string Code, string Message) : ProviderResult;
}
