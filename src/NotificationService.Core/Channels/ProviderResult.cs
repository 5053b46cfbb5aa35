namespace NotificationService.Channels;

/// <summary>What one call to a provider came to. A closed set: nothing else can be returned, and an expected outcome is never an exception.</summary>
public abstract record ProviderResult
{
    private ProviderResult()
    {
    }

    /// <summary>
    /// What the call came to for each of several devices of a push; empty where it was for one, or where the provider does not distinguish them:
    /// then the result is that of each.
    /// </summary>
    public IReadOnlyList<DeviceResult> Devices { get; init; } = [];

    /// <summary>The provider took the message. <paramref name="ProviderMessageId"/> is empty when it named none.</summary>
    /// <param name="ProviderMessageId">The vendor's id of the message, at most 200 characters.</param>
    /// <param name="Delivered">True where handing over is delivery (in-app): the delivery is <c>delivered</c>, not <c>sent</c>.</param>
    public sealed record Accepted(string ProviderMessageId, bool Delivered = false) : ProviderResult
    {
        /// <summary>Parts that a text message is billed as, 1 to 10; null where the channel has none.</summary>
        public int? Segments { get; init; }

        /// <summary>Those of several addresses that turned out dead, such as device tokens of an app that was removed: never to be written to again.</summary>
        public IReadOnlyList<string> DeadAddresses { get; init; } = [];

        /// <summary>Those that belong to another account of the vendor: dead, unless the tenant has another provider on the channel.</summary>
        public IReadOnlyList<string> ForeignAddresses { get; init; } = [];
    }

    /// <summary>The provider refused this message and would refuse it again: this provider is not asked a second time.</summary>
    /// <param name="Code">The vendor's or our own stable code, at most 100 characters.</param>
    /// <param name="Message">Plain words for the timeline, without secrets or addresses, at most 500 characters.</param>
    /// <param name="Cause">What it was refused for; it decides whether another provider is asked.</param>
    public sealed record Rejected(string Code, string Message, RejectionCause Cause = RejectionCause.Message) : ProviderResult
    {
        /// <summary>The addresses that are dead; empty with <see cref="RejectionCause.Address"/> means the one the message was for.</summary>
        public IReadOnlyList<string> DeadAddresses { get; init; } = [];

        /// <summary>Those that belong to another account of the vendor: dead, unless the tenant has another provider on the channel.</summary>
        public IReadOnlyList<string> ForeignAddresses { get; init; } = [];
    }

    /// <summary>The message did not go out and may be tried again, not before <paramref name="RetryAfter"/> where the provider said so.</summary>
    /// <param name="Code">The vendor's or our own stable code, such as <c>http_503</c> or <c>connect_failed</c>.</param>
    /// <param name="Message">Plain words for the timeline, without secrets or addresses, at most 500 characters.</param>
    /// <param name="RetryAfter">From the provider's response; capped at one hour by the worker.</param>
    /// <param name="Cause">Whether to try again later, alone or with all others, to slow down, or to wait until somebody corrects the configuration.</param>
    public sealed record Deferred(string Code, string Message, TimeSpan? RetryAfter = null, DeferralCause Cause = DeferralCause.Temporary) : ProviderResult;

    /// <summary>The message may have gone out: the request was written and no usable response came back.</summary>
    public sealed record Ambiguous(string Code, string Message) : ProviderResult;
}

/// <summary>What a call came to for one of several devices.</summary>
/// <param name="Token">The device's token, as the message named it.</param>
/// <param name="Result">Null where the time for the call was over before this device's turn: it was not called.</param>
public sealed record DeviceResult(string Token, ProviderResult? Result)
{
    /// <summary>The token belongs to another account of the vendor: dead, unless the tenant has another provider on the channel.</summary>
    public bool IsForeign { get; init; }

    /// <summary>Tokens stay out of logs and exceptions.</summary>
    public override string ToString() => $"device: {Result?.GetType().Name}";
}

/// <summary>What a provider refused a message for.</summary>
public enum RejectionCause
{
    /// <summary>The message itself: another provider would refuse it too.</summary>
    Message,

    /// <summary>The address is dead: nobody can deliver to it, and it is not written to again.</summary>
    Address,

    /// <summary>The recipient has asked this sender to stop: the address lives, and is written to again when the recipient takes that back.</summary>
    Unsubscribed,

    /// <summary>The recipient wants no marketing of this sender: the address lives, and is written to of everything else.</summary>
    OptedOutOfMarketing,

    /// <summary>This account may not send it – a region that is off, a sender not allowed: another provider may.</summary>
    Provider,
}

/// <summary>Why a message did not go out this time.</summary>
public enum DeferralCause
{
    /// <summary>The provider or the way to it is unwell.</summary>
    Temporary,

    /// <summary>Something that only this message depends on – its template, its recipient's own limit – is in the way: it waits, and others go on.</summary>
    Message,

    /// <summary>The provider asks to slow down: every message to it waits, not only this one.</summary>
    Throttled,

    /// <summary>The account does not work – key, sender, payment: the provider is suspended until it is corrected, and nothing is lost meanwhile.</summary>
    Credentials,
}
