using System.Text;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Templates;
using NotificationService.Templates.Fragments;
using NotificationService.Templates.Samples;

namespace NotificationService.Host.Api.Templates;

/// <summary>Templates as the API shows them, and what is wrong with a request about one.</summary>
internal static class TemplateResponses
{
    public static TemplateResponse Of(TemplateDetails details)
    {
        var (template, version) = details;
        return new TemplateResponse(
            template.Id,
            template.Key,
            template.Name,
            template.Category,
            version.Version,
            Status(details),
            template.PublishedVersion,
            Channels(version),
            new RawJson(Encoding.UTF8.GetBytes(version.Written)),
            version.Layout,
            version.Note,
            AuthorOf(version),
            Variables(version),
            template.CreatedAt,
            template.UpdatedAt)
        {
            Samples = version.Samples is null ? null : [.. TemplateSample.Of(version).Select(sample => new SampleBody
            {
                Name = sample.Name,
                Data = new RawJson(Encoding.UTF8.GetBytes(sample.Data.GetRawText())),
                Locale = sample.Locale,
            })],
        };
    }

    public static IReadOnlyList<TemplateSample>? Samples(IReadOnlyList<SampleBody>? samples) =>
        samples is null ? null : [.. samples.Select(sample => new TemplateSample(sample.Name, sample.Data is { Utf8.IsEmpty: false } data ? JsonElement.Parse(data.Utf8.Span) : JsonElement.Parse("{}"), sample.Locale))];

    public static IReadOnlyList<SampleResultBody> Results(IReadOnlyList<SampleResult> results) =>
    [
        .. results.Select(result => new SampleResultBody(
            result.Name,
            result.Locale,
            [.. result.Problems.Select(problem => new SampleProblemBody(problem.Channel?.ToName(), problem.Code, problem.Message))],
            [.. result.Changes.Select(change => new SampleChangeBody(change.Channel.ToName(), change.Field, change.Lines))])),
    ];

    public static TemplateSummary Summary(Template template) =>
        new(template.Id, template.Key, template.Name, template.Category, template.PublishedVersion, template.CreatedAt, template.UpdatedAt);

    public static TemplateVersionResponse Version(TemplateDetails details)
    {
        var version = details.Version;
        return new(
            version.Version,
            Status(details),
            Channels(version),
            new RawJson(Encoding.UTF8.GetBytes(version.Written)),
            version.Layout,
            version.Source is null ? null : new RawJson(Encoding.UTF8.GetBytes(version.Contents)),
            version.Note,
            AuthorOf(version),
            version.Variables is { } variables ? JsonElement.Parse(variables) : null,
            version.CreatedAt,
            version.PublishedAt);
    }

    /// <summary>The response to an edit.</summary>
    public static IResult Of(TemplateChange change, int status = StatusCodes.Status200OK) => change switch
    {
        TemplateChange.Done done => JsonResponse.Of(Of(done.Details) with { SampleResults = done.Samples.Count == 0 ? null : Results(done.Samples) }, TemplatesJson.Default.TemplateResponse, statusCode: status),
        TemplateChange.NotFound => Problems.NotFound(),
        TemplateChange.KeyTaken => Problems.Conflict("Another template has this key; update that one or choose another key."),
        TemplateChange.Conflict conflict => Problems.Conflict(conflict.Detail),
        TemplateChange.Refused refused => Problems.Validation([.. refused.Issues.Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message))]),
        _ => throw new InvalidOperationException("no such change"),
    };

    public static PreviewedLocale Locale(ChannelPreview preview) => preview.Outcome switch
    {
        RenderOutcome.Rendered => new(Preview(preview), null, null, preview.MissingVariables),
        RenderOutcome.Failed failed => new(null, failed.Code, failed.Message, preview.MissingVariables),
        _ => throw new InvalidOperationException("a closed set"),
    };

    /// <summary>Of what could be rendered.</summary>
    public static PreviewedChannel Preview(ChannelPreview preview)
    {
        var (channel, rendered) = (preview.Channel, (RenderOutcome.Rendered)preview.Outcome);
        var content = rendered.Content;
        var segmented = ChannelTable.Of(channel).IsBilledBySegment ? content.Text : null;
        var warnings = preview.Warnings;
        return new(
            rendered.Locale,
            content.Subject,
            content.Html,
            content.Text,
            content.Title,
            content.Body,
            content.ActionUrl,
            content.Data.Count == 0 ? null : content.Data,
            content.ImageUrl,
            content.CollapseKey,
            content.Approved?.Name,
            content.Approved?.Language,
            content.Approved is { } approved ? JsonElement.Parse(approved.Components) : null,
            segmented is null ? null : SmsSegments.Count(segmented))
        {
            SmsEncoding = segmented is null ? null : SmsSegments.EncodingOf(segmented).ToName(),
            Warnings = warnings.Count == 0 ? null : [.. warnings.Select(warning => new PreviewWarning(warning.Code, warning.Field, warning.Message))],
        };
    }

    /// <summary>What is wrong with the fields that are not contents.</summary>
    public static List<FieldError> Check(string? key, string? name, string? category)
    {
        var errors = new List<FieldError>();
        if (key is not null && !TemplateKey.IsValid(key))
            errors.Add(new("/key", "key_invalid", $"A key is made of {TemplateKey.Rule}."));
        if (name is not null && (string.IsNullOrWhiteSpace(name) || name.Length > 200))
            errors.Add(new("/name", "text_invalid", "A name has 1 to 200 characters."));
        if (category is not null && (string.IsNullOrWhiteSpace(category) || category.Length > 100))
            errors.Add(new("/category", "text_invalid", "A category has 1 to 100 characters."));
        return errors;
    }

    /// <summary>What is wrong with the name of a layout and with a note.</summary>
    public static IEnumerable<FieldError> Check(string? layout, string? note)
    {
        if (layout is not null && !FragmentKey.IsValid(layout))
            yield return new("/layout", "key_invalid", $"A key is made of {TemplateKey.Rule}.");
        if (note is not null && (string.IsNullOrWhiteSpace(note) || note.Length > 500))
            yield return new("/note", "text_invalid", "A note has 1 to 500 characters.");
    }

    private static AuthorResponse? AuthorOf(TemplateVersion version) => version.AuthorKind is { } kind ? new(kind, version.AuthorId) : null;

    private static string Status(TemplateDetails details) =>
        details.Version.PublishedAt is null ? "draft" : details.Template.PublishedVersion == details.Version.Version ? "published" : "superseded";

    private static IReadOnlyList<string> Channels(TemplateVersion version) => [.. version.Channels.Select(channel => ((ChannelKind)channel).ToName())];

    private static Dictionary<string, JsonElement> Variables(TemplateVersion version)
    {
        var (template, _) = TemplateContentsCheck.Read(version.Contents, version.Variables);
        var variables = template?.Channels.ToDictionary(
            channel => channel.ToName(),
            channel => JsonSerializer.SerializeToElement(template.RequiredVariables(channel, locale: null), TemplatesJson.Default.IReadOnlyListString),
            StringComparer.Ordinal) ?? [];
        if (version.Variables is { } pinned && JsonElement.Parse(pinned).TryGetProperty("schema", out var schema))
            variables["schema"] = schema;
        return variables;
    }
}
