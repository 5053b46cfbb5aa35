using NotificationService.Channels;

namespace NotificationService.Providers.Sandbox;

/// <summary>What the sandbox plays, as the recipient asks for it: <c>ann+bounce@example.com</c>, <c>+14155550001</c>.</summary>
internal enum SandboxOutcome
{
    Delivered,
    Bounce,
    Complain,
    Fail,
    Defer,
    Slow,
    Lost,
    NoCallback,
}

internal static class SandboxOutcomes
{
    public static string ToName(this SandboxOutcome outcome) => outcome switch
    {
        SandboxOutcome.Delivered => "delivered",
        SandboxOutcome.Bounce => "bounce",
        SandboxOutcome.Complain => "complain",
        SandboxOutcome.Fail => "fail",
        SandboxOutcome.Defer => "defer",
        SandboxOutcome.Slow => "slow",
        SandboxOutcome.Lost => "lost",
        SandboxOutcome.NoCallback => "nocallback",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "no such outcome"),
    };

    /// <summary>The address of a message, and what it asks for.</summary>
    public static (string Recipient, SandboxOutcome Outcome) Of(ChannelMessage message) => message switch
    {
        ChannelMessage.Email email => (email.To.Address, ByTag(email.To.Address)),
        ChannelMessage.Sms sms => (sms.To, ByNumber(sms.To)),
        ChannelMessage.WhatsApp whatsApp => (whatsApp.To, ByNumber(whatsApp.To)),
        ChannelMessage.Push push => (push.DeviceTokens is [var first, ..] ? first : "", SandboxOutcome.Delivered),
        ChannelMessage.InApp inApp => (inApp.UserId, SandboxOutcome.Delivered),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, "no such message"),
    };

    private static SandboxOutcome ByTag(string address)
    {
        var local = address.AsSpan(0, Math.Max(0, address.LastIndexOf('@')));
        var tag = local[(local.LastIndexOf('+') + 1)..];
        if (tag.Length == local.Length)
            return SandboxOutcome.Delivered;
        foreach (var outcome in Enum.GetValues<SandboxOutcome>())
        {
            if (tag.Equals(outcome.ToName(), StringComparison.OrdinalIgnoreCase))
                return outcome;
        }

        return SandboxOutcome.Delivered;
    }

    /// <summary>0001 is the first outcome after delivered, 0007 the last.</summary>
    private static SandboxOutcome ByNumber(string number) =>
        number.Length > 4 && number[^4..^1] == "000" && number[^1] is >= '1' and <= '7'
            ? (SandboxOutcome)(number[^1] - '0')
            : SandboxOutcome.Delivered;
}
