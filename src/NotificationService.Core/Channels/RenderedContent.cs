namespace NotificationService.Channels;

/// <summary>The parts of a message that the channel has; in-app actions stand in <see cref="Data"/> as <c>actions</c> (JSON).</summary>
public sealed record RenderedContent
{
    private static readonly IReadOnlyDictionary<string, string> NoData = new Dictionary<string, string>(StringComparer.Ordinal);

    public string? Subject { get; init; }

    public string? Html { get; init; }

    public string? Text { get; init; }

    public string? Title { get; init; }

    public string? Body { get; init; }

    public string? ActionUrl { get; init; }

    public IReadOnlyDictionary<string, string> Data { get; init; } = NoData;

    /// <summary>A push notification's picture.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>Which earlier push notifications this one takes the place of.</summary>
    public string? CollapseKey { get; init; }

    /// <summary>What WhatsApp is to send in place of a text.</summary>
    public WhatsAppTemplate? Approved { get; init; }

    /// <summary>Of all its texts.</summary>
    public int Characters() => new[] { Subject, Html, Text, Title, Body, ActionUrl, ImageUrl, Approved?.Components }.Sum(text => text?.Length ?? 0)
        + Data.Sum(entry => entry.Key.Length + entry.Value.Length);

    /// <summary>Null where it lacks the part.</summary>
    public string? TextOf(ContentPart part) => part switch
    {
        ContentPart.Subject => Subject,
        ContentPart.Html => Html,
        ContentPart.Text => Text,
        ContentPart.Title => Title,
        ContentPart.Body => Body,
        ContentPart.ActionUrl => ActionUrl,
        ContentPart.ImageUrl => ImageUrl,
        ContentPart.CollapseKey => CollapseKey,
        _ => throw new ArgumentOutOfRangeException(nameof(part), part, "it is no text"),
    };
}
