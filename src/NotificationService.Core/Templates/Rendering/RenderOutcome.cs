namespace NotificationService.Templates;

/// <summary>What came of rendering one channel of a template.</summary>
public abstract record RenderOutcome
{
    private RenderOutcome()
    {
    }

    /// <summary>The content, and the locale it was written in.</summary>
    public sealed record Rendered(RenderedContent Content, string Locale) : RenderOutcome;

    /// <summary>It cannot be rendered with these values, now or later.</summary>
    public sealed record Failed(string Code, string Message) : RenderOutcome;
}

/// <summary>The parts of a message that the channel has; in-app actions stand in <see cref="Data"/> as <c>actions</c> (JSON).</summary>
public sealed record RenderedContent(
    string? Subject,
    string? Html,
    string? Text,
    string? Title,
    string? Body,
    string? ActionUrl,
    IReadOnlyDictionary<string, string> Data)
{
    /// <summary>A push notification's picture.</summary>
    public string? ImageUrl { get; init; }

    /// <summary>Which earlier push notifications this one takes the place of.</summary>
    public string? CollapseKey { get; init; }

    /// <summary>What WhatsApp is to send in place of a text.</summary>
    public ApprovedTemplate? Approved { get; init; }
}

/// <summary>What a template may know of the recipient: <c>{{recipient.name}}</c> and so on.</summary>
public sealed record RecipientModel(string? UserId, string? Name, string? Email, string? Phone, string? Locale, string? Timezone);

/// <summary>A template that WhatsApp approved, its parameters rendered.</summary>
/// <param name="Components">A JSON array.</param>
public sealed record ApprovedTemplate(string Name, string Language, string Components);
