using NotificationService.Storage;

namespace NotificationService.Channels;

/// <summary>The closed set of channels. The value is stored as a smallint and is the last four bits of a delivery's id: never renumber.</summary>
[SqlName("channel")]
public enum ChannelKind : short
{
    Email = 1,
    Sms = 2,
    Push = 3,
    WhatsApp = 4,
    InApp = 5,
}

public static class ChannelKinds
{
    public static readonly IReadOnlyList<ChannelKind> All =
        [ChannelKind.Email, ChannelKind.Sms, ChannelKind.Push, ChannelKind.WhatsApp, ChannelKind.InApp];

    /// <summary>The names in the order of <see cref="All"/>, for messages that list what is allowed.</summary>
    public const string Names = "email, sms, push, whatsapp, in_app";

    public static string ToName(this ChannelKind channel) => channel switch
    {
        ChannelKind.Email => "email",
        ChannelKind.Sms => "sms",
        ChannelKind.Push => "push",
        ChannelKind.WhatsApp => "whatsapp",
        ChannelKind.InApp => "in_app",
        _ => throw new ArgumentOutOfRangeException(nameof(channel), channel, "no such channel"),
    };

    public static bool TryParse(string? name, out ChannelKind channel)
    {
        channel = name switch
        {
            "email" => ChannelKind.Email,
            "sms" => ChannelKind.Sms,
            "push" => ChannelKind.Push,
            "whatsapp" => ChannelKind.WhatsApp,
            "in_app" => ChannelKind.InApp,
            _ => default,
        };
        return channel != default;
    }
}
