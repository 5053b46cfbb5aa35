namespace NotificationService.Channels;

/// <summary>A rendered message as its channel needs it: plain values, ready to be handed over.</summary>
public abstract record ChannelMessage
{
    private ChannelMessage()
    {
    }

    public abstract ChannelKind Channel { get; }

    /// <summary>Where it goes: one address, or each device.</summary>
    public abstract IReadOnlyList<string> Addresses { get; }

    /// <summary>About how much text it holds in memory.</summary>
    public abstract long Characters { get; }

    /// <summary>The text that is billed by the segment; null on a channel that is not.</summary>
    public virtual string? BilledText => null;

    /// <summary>What it leaves in an inbox of ours; null on a channel that reaches people elsewhere.</summary>
    public virtual InboxContent? LeavesInInbox => null;

    /// <summary>Whether it has a place for a link by which mail programs unsubscribe.</summary>
    public virtual bool TakesUnsubscribeLink => false;

    /// <summary>The same to some of its addresses.</summary>
    /// <exception cref="InvalidOperationException">It is for one address.</exception>
    public virtual ChannelMessage OnlyTo(IReadOnlyList<string> addresses) => throw new InvalidOperationException("a message for one address");

    /// <summary>An e-mail. At least one of <paramref name="Html"/> and <paramref name="Text"/> is set.</summary>
    public sealed record Email(EmailAddress To, string Subject, string? Html, string? Text) : ChannelMessage
    {
        public override ChannelKind Channel => ChannelKind.Email;

        public override IReadOnlyList<string> Addresses => [To.Address];

        public override bool TakesUnsubscribeLink => true;

        public override long Characters => Subject.Length + (Html?.Length ?? 0) + (Text?.Length ?? 0);
    }

    /// <summary>A text message to an E.164 number.</summary>
    public sealed record Sms(string To, string Text) : ChannelMessage
    {
        public override ChannelKind Channel => ChannelKind.Sms;

        public override IReadOnlyList<string> Addresses => [To];

        public override long Characters => Text.Length;

        public override string? BilledText => Text;
    }

    /// <summary>A push notification to one or more device tokens.</summary>
    /// <param name="Data">What the app is given besides what it shows.</param>
    public sealed record Push(IReadOnlyList<string> DeviceTokens, string Title, string Body, IReadOnlyDictionary<string, string> Data) : ChannelMessage
    {
        public override ChannelKind Channel => ChannelKind.Push;

        public override IReadOnlyList<string> Addresses => DeviceTokens;

        public override long Characters =>
            Title.Length + Body.Length + DeviceTokens.Sum(token => (long)token.Length) + Data.Sum(entry => (long)entry.Key.Length + entry.Value.Length);

        /// <summary>An absolute http or https address.</summary>
        public string? ImageUrl { get; init; }

        /// <summary>What a tap opens: an absolute address, or a path of the caller's own application.</summary>
        public string? ActionUrl { get; init; }

        /// <summary>A later notification with the same key takes the place of an earlier one; at most 64 bytes.</summary>
        public string? CollapseKey { get; init; }

        public override ChannelMessage OnlyTo(IReadOnlyList<string> addresses) => this with { DeviceTokens = addresses };
    }

    /// <summary>
    /// A WhatsApp message to an E.164 number: a text, which is only taken within 24 hours of the recipient's last message,
    /// or an approved template. One of the two is set.
    /// </summary>
    public sealed record WhatsApp(string To, string? Text, WhatsAppTemplate? Template = null) : ChannelMessage
    {
        public override ChannelKind Channel => ChannelKind.WhatsApp;

        public override IReadOnlyList<string> Addresses => [To];

        public override long Characters => (Text?.Length ?? 0) + (Template?.Components.Length ?? 0);
    }

    /// <summary>An inbox item for a user of the tenant.</summary>
    public sealed record InApp(string UserId, string Title, string Body, string? ActionUrl) : ChannelMessage
    {
        public override ChannelKind Channel => ChannelKind.InApp;

        public override IReadOnlyList<string> Addresses => [UserId];

        public override long Characters => Title.Length + Body.Length + (Actions?.Length ?? 0);

        /// <summary>Its buttons: JSON, or null.</summary>
        public string? Actions { get; init; }

        public override InboxContent? LeavesInInbox => new(UserId, Title, Body, ActionUrl, Actions);
    }
}

/// <summary>What a user reads in the inbox.</summary>
/// <param name="Actions">JSON, or null.</param>
public sealed record InboxContent(string UserId, string Title, string Body, string? ActionUrl, string? Actions);

/// <summary>A mailbox: the address and, where known, a display name without control characters.</summary>
public sealed record EmailAddress(string Address, string? Name = null);
