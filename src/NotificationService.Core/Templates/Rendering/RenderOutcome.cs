using NotificationService.Channels;

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

/// <summary>What a template may know of the recipient: <c>{{recipient.name}}</c> and so on.</summary>
/// <param name="Fields">By name; null where it is not known.</param>
public sealed record RecipientModel(IReadOnlyList<(string Name, string? Value)> Fields)
{
    /// <summary>Where times are to be shown, if it is known.</summary>
    public string? Timezone => Fields.FirstOrDefault(one => one.Name == "timezone").Value;

    /// <summary>Of the tenant that writes; null where it is not known, and then templates know none.</summary>
    public BrandModel? Brand { get; init; }

    /// <summary>Addresses stay out of logs and exceptions.</summary>
    public override string ToString() => "a recipient";
}
