using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Host.Api.Notifications;
using NotificationService.Host.Http;
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

    /// <summary>The key of the layout around it.</summary>
    public string? Layout { get; init; }

    /// <summary>What the version's history says about it; at most 500 characters.</summary>
    public string? Note { get; init; }

    /// <summary>What a send's <c>data</c> must look like: <c>{ "schema": … }</c>, a JSON Schema of the words that docs/templates.md lists.</summary>
    public RawJson? Variables { get; init; }

    /// <summary>Data with which it is rendered before it is published: at most twenty, each with a name.</summary>
    public IReadOnlyList<SampleBody>? Samples { get; init; }
}

/// <summary>A named set of data.</summary>
public sealed record SampleBody
{
    public required string Name { get; init; }

    public RawJson? Data { get; init; }

    /// <summary>The recipient's; English, if it is left out.</summary>
    public string? Locale { get; init; }
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

    /// <summary>The key of the layout around it. Null takes the layout away; left out, it stays.</summary>
    public string? Layout
    {
        get;
        set
        {
            field = value;
            IsLayoutGiven = true;
        }
    }

    internal bool IsLayoutGiven { get; private set; }

    /// <summary>What the version's history says about the change; at most 500 characters.</summary>
    public string? Note { get; init; }

    /// <summary>Goes into the draft, as contents do. Without a schema in it nothing is asked any more; left out, it stays.</summary>
    public RawJson? Variables { get; init; }

    /// <summary>In place of those that it has; an empty list takes them away.</summary>
    public IReadOnlyList<SampleBody>? Samples { get; init; }
}

/// <summary>What is to be published, and how.</summary>
public sealed record PublishTemplateRequest
{
    /// <summary>The newest version's number, so that nothing else is published; whatever is the newest, if it is left out.</summary>
    public int? Version { get; init; }

    /// <summary>What the version's history says about it, in place of what was said when it was written.</summary>
    public string? Note { get; init; }

    /// <summary>Also if a sample fails.</summary>
    public bool? Force { get; init; }
}

/// <summary>What the newest version's samples say, beside what is published.</summary>
public sealed record SamplesResponse(int Version, int? PublishedVersion, IReadOnlyList<SampleResultBody> Samples);

/// <param name="Problems">Why it could not be sent; nothing if it could.</param>
/// <param name="Changes">The fields that say something else than the published version's do.</param>
public sealed record SampleResultBody(string Name, string? Locale, IReadOnlyList<SampleProblemBody> Problems, IReadOnlyList<SampleChangeBody> Changes);

public sealed record SampleProblemBody(string? Channel, string Code, string Message);

/// <param name="Lines">Lines that go begin with a minus, lines that come with a plus, a few around them with a space.</param>
public sealed record SampleChangeBody(string Channel, string Field, IReadOnlyList<string> Lines);

/// <summary>Which version is meant; the one before, if it is left out.</summary>
public sealed record TemplateVersionRequest
{
    public int? Version { get; init; }
}

/// <summary>What a preview is rendered with.</summary>
public sealed record PreviewTemplateRequest
{
    public RawJson? Data { get; init; }

    public string? Locale { get; init; }

    /// <summary><c>all</c>: every locale that each channel is written in, under <c>locales</c>. What fails is named there, and the others are shown.</summary>
    public string? Locales { get; init; }

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
/// <param name="Contents">As they were written; what is put into them is not shown.</param>
/// <param name="Layout">The key of the layout around it.</param>
/// <param name="Note">What its author says about it.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="Variables">By channel, the variables that a send must give, those of layout and partials too; and under <c>schema</c> what they must look like, if the template says so.</param>
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
    string? Layout,
    string? Note,
    AuthorResponse? Author,
    IReadOnlyDictionary<string, JsonElement> Variables,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <summary>Data with which it is rendered before it is published.</summary>
    public IReadOnlyList<SampleBody>? Samples { get; init; }

    /// <summary>In the response to a publication: what the samples say now.</summary>
    public IReadOnlyList<SampleResultBody>? SampleResults { get; init; }
}

/// <summary>A template in a list.</summary>
public sealed record TemplateSummary(Guid Id, string Key, string Name, string? Category, int? PublishedVersion, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>One version of a template.</summary>
/// <param name="Variables">What the variables must look like, as it was given: <c>{ "schema": … }</c>.</param>
/// <param name="Contents">As they were written.</param>
/// <param name="Resolved">What is rendered, where layout or partials were put in.</param>
public sealed record TemplateVersionResponse(
    int Version, string Status, IReadOnlyList<string> Channels, RawJson Contents, string? Layout, RawJson? Resolved, string? Note, AuthorResponse? Author, JsonElement? Variables, DateTimeOffset CreatedAt,
    DateTimeOffset? PublishedAt);

/// <summary>In what two versions of a template differ.</summary>
/// <param name="Layout">The layouts, where they differ.</param>
/// <param name="Fields">The texts that differ.</param>
public sealed record TemplateDiffResponse(int From, int To, LayoutDiff? Layout, IReadOnlyList<FieldDiffItem> Fields);

/// <summary>The keys of two versions' layouts; absent where there is none.</summary>
public sealed record LayoutDiff(string? Before, string? After);

/// <summary>A text that differs.</summary>
/// <param name="Field">Its place in the channel's content, such as <c>html</c> or <c>actions/0/label</c>.</param>
/// <param name="Change"><c>added</c>, <c>removed</c> or <c>changed</c>.</param>
/// <param name="Lines">What differs, with three equal lines around it.</param>
public sealed record FieldDiffItem(string Channel, string Locale, string Field, string Change, IReadOnlyList<DiffLineItem> Lines);

/// <summary>A line of a difference.</summary>
/// <param name="Kind"><c>same</c>, <c>removed</c> or <c>added</c>.</param>
public sealed record DiffLineItem(string Kind, string Text);

/// <summary>What a version would say.</summary>
/// <param name="Version">The version that was rendered.</param>
/// <param name="Channels">By channel.</param>
/// <param name="MissingVariables">Variables that a send must give and the data lacks; here they print nothing.</param>
/// <param name="DataErrors">Where the data are not as the template's schema wants them; a send would be refused.</param>
public sealed record PreviewResponse(
    int Version, IReadOnlyDictionary<string, PreviewedChannel> Channels, IReadOnlyList<string> MissingVariables, IReadOnlyList<FieldError>? DataErrors = null)
{
    /// <summary>By channel and locale, where all of them were asked for.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, PreviewedLocale>>? Locales { get; init; }
}

/// <summary>A channel in one locale of a preview of all of them: what it would say, or why it cannot.</summary>
public sealed record PreviewedLocale(PreviewedChannel? Content, string? Code, string? Message, IReadOnlyList<string> MissingVariables);

/// <summary>Something that can be sent, and that its recipient, or who pays for it, may not like.</summary>
/// <param name="Field">The content's field that it is about.</param>
public sealed record PreviewWarning(string Code, string Field, string Message);

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
    int? Segments)
{
    /// <summary>How a text message would be encoded: <c>gsm7</c>, or <c>ucs2</c> with its shorter segments; only for SMS.</summary>
    public string? SmsEncoding { get; init; }

    /// <summary>What a recipient, or who pays for it, may not like.</summary>
    public IReadOnlyList<PreviewWarning>? Warnings { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateTemplateRequest))]
[JsonSerializable(typeof(UpdateTemplateRequest))]
[JsonSerializable(typeof(TemplateVersionRequest))]
[JsonSerializable(typeof(PublishTemplateRequest))]
[JsonSerializable(typeof(SamplesResponse))]
[JsonSerializable(typeof(PreviewTemplateRequest))]
[JsonSerializable(typeof(TestSendRequest))]
[JsonSerializable(typeof(TemplateResponse))]
[JsonSerializable(typeof(Page<TemplateSummary>))]
[JsonSerializable(typeof(Page<TemplateVersionResponse>))]
[JsonSerializable(typeof(TemplateVersionResponse))]
[JsonSerializable(typeof(PreviewResponse))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(TemplateDiffResponse))]
internal sealed partial class TemplatesJson : JsonSerializerContext;
