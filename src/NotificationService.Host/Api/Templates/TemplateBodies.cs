using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Host.Api.Notifications;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;

namespace NotificationService.Host.Api.Templates;

/// <summary>A new template.</summary>
public sealed record CreateTemplateRequest
{
    /// <summary>Its name in the API: lower-case letters, digits, dots, hyphens and underscores.</summary>
    public required string Key { get; init; }

    /// <summary>Its name for people.</summary>
    public required string Name { get; init; }

    /// <summary>The category of what is sent with it, unless a send says otherwise.</summary>
    public string? Category { get; init; }

    /// <summary>By channel and locale: <c>{ "email": { "en": { "subject": …, "html": … } } }</c>.</summary>
    public required RawJson Contents { get; init; }
}

/// <summary>What is to change of a template; what is left out stays. Contents go into the draft.</summary>
public sealed record UpdateTemplateRequest
{
    /// <summary>May be sent back as it was read; a key never changes.</summary>
    public string? Key { get; init; }

    public string? Name { get; init; }

    /// <summary>Null takes the category away; left out, it stays.</summary>
    public string? Category
    {
        get;
        set
        {
            field = value;
            IsCategoryGiven = true;
        }
    }

    internal bool IsCategoryGiven { get; private set; }

    public RawJson? Contents { get; init; }
}

/// <summary>Which version is meant; the newest, or for a rollback the one before, if it is left out.</summary>
public sealed record TemplateVersionRequest
{
    public int? Version { get; init; }
}

/// <summary>What a preview is rendered with.</summary>
public sealed record PreviewTemplateRequest
{
    public RawJson? Data { get; init; }

    public string? Locale { get; init; }

    public IReadOnlyList<string>? Channels { get; init; }

    /// <summary>The draft, or the newest version, if it is left out.</summary>
    public int? Version { get; init; }
}

/// <summary>A test of a template: sent like any other notification, and marked by <c>"metadata": { "test": true }</c>.</summary>
public sealed record TestSendRequest
{
    public required RecipientBody Recipient { get; init; }

    /// <summary>The template's variables.</summary>
    public RawJson? Data { get; init; }

    /// <summary>Those of the template for which the recipient has an address, if it is left out.</summary>
    public IReadOnlyList<string>? Channels { get; init; }

    /// <summary>In place of the recipient's.</summary>
    public string? Locale { get; init; }

    /// <summary>The draft, or the newest version, if it is left out. From now on it stays as it is: a change makes a new draft.</summary>
    public int? Version { get; init; }
}

/// <summary>A template with the version that is shown.</summary>
/// <param name="Version">The version whose contents these are.</param>
/// <param name="Status"><c>draft</c>, <c>published</c>, or <c>superseded</c> for one that was published and is not any more.</param>
/// <param name="PublishedVersion">The version that is sent now; absent if none is.</param>
/// <param name="Variables">By channel, the variables that a send must give.</param>
public sealed record TemplateResponse(
    Guid Id,
    string Key,
    string Name,
    string? Category,
    int Version,
    string Status,
    int? PublishedVersion,
    IReadOnlyList<string> Channels,
    RawJson Contents,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Variables,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);

/// <summary>A template in a list.</summary>
public sealed record TemplateSummary(Guid Id, string Key, string Name, string? Category, int? PublishedVersion, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>One version of a template.</summary>
public sealed record TemplateVersionResponse(int Version, string Status, IReadOnlyList<string> Channels, RawJson Contents, DateTimeOffset CreatedAt, DateTimeOffset? PublishedAt);

/// <summary>What a version would say.</summary>
/// <param name="Version">The version that was rendered.</param>
/// <param name="Channels">By channel.</param>
/// <param name="MissingVariables">Variables that a send must give and the data lacks; here they print nothing.</param>
public sealed record PreviewResponse(int Version, IReadOnlyDictionary<string, PreviewedChannel> Channels, IReadOnlyList<string> MissingVariables);

/// <summary>One channel of a preview; only what the channel has is there.</summary>
/// <param name="TemplateName">WhatsApp is to send this approved template; its parameters stand in <c>components</c>.</param>
/// <param name="Segments">How many segments a text message would take; only for SMS.</param>
public sealed record PreviewedChannel(
    string Locale,
    string? Subject,
    string? Html,
    string? Text,
    string? Title,
    string? Body,
    string? ActionUrl,
    IReadOnlyDictionary<string, string>? Data,
    string? ImageUrl,
    string? CollapseKey,
    string? TemplateName,
    string? LanguageCode,
    JsonElement? Components,
    int? Segments);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateTemplateRequest))]
[JsonSerializable(typeof(UpdateTemplateRequest))]
[JsonSerializable(typeof(TemplateVersionRequest))]
[JsonSerializable(typeof(PreviewTemplateRequest))]
[JsonSerializable(typeof(TestSendRequest))]
[JsonSerializable(typeof(TemplateResponse))]
[JsonSerializable(typeof(Page<TemplateSummary>))]
[JsonSerializable(typeof(Page<TemplateVersionResponse>))]
[JsonSerializable(typeof(TemplateVersionResponse))]
[JsonSerializable(typeof(PreviewResponse))]
internal sealed partial class TemplatesJson : JsonSerializerContext;
