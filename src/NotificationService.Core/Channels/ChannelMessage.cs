namespace NotificationService.Channels;

/// <summary>A rendered message as its channel needs it: plain values, ready to be handed over.</summary>
public abstract record ChannelMessage
{
    private ChannelMessage()
    {
    }

    /// <summary>An e-mail. At least one of <paramref name="Html"/> and <paramref name="Text"/> is set.</summary>
    public sealed record Email(EmailAddress To, string Subject, string? Html, string? Text) : ChannelMessage;

    /// <summary>A text message to an E.164 number.</summary>
    public sealed record Sms(string To, string Text) : ChannelMessage;

    /// <summary>A push notification to one or more device tokens.</summary>
    public sealed record Push(IReadOnlyList<string> DeviceTokens, string Title, string Body, IReadOnlyDictionary<string, string> Data) : ChannelMessage;

    /// <summary>A WhatsApp session message to an E.164 number.</summary>
    public sealed record WhatsApp(string To, string Text) : ChannelMessage;

    /// <summary>An inbox item for a user of the tenant.</summary>
    public sealed record InApp(string UserId, string Title, string Body, string? ActionUrl) : ChannelMessage;
}

/// <summary>A mailbox: the address and, where known, a display name without control characters.</summary>
public sealed record EmailAddress(string Address, string? Name = null);
