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

/// <summary>
/// The parts of a message that the channel has. WhatsApp's approved templates come in <see cref="Data"/> as
/// <c>templateName</c>, <c>languageCode</c> and <c>components</c> (JSON); in-app actions as <c>actions</c> (JSON).
/// </summary>
public sealed record RenderedContent(
    string? Subject,
    string? Html,
    string? Text,
    string? Title,
    string? Body,
    string? ActionUrl,
    IReadOnlyDictionary<string, string> Data);

/// <summary>What a template may know of the recipient: <c>{{recipient.name}}</c> and so on.</summary>
public sealed record RecipientModel(string? UserId, string? Name, string? Email, string? Phone, string? Locale, string? Timezone);
