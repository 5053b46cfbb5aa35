using System.Text;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Templates;

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
            new RawJson(Encoding.UTF8.GetBytes(version.Contents)),
            Variables(version),
            template.CreatedAt,
            template.UpdatedAt);
    }

    public static TemplateSummary Summary(Template template) =>
        new(template.Id, template.Key, template.Name, template.Category, template.PublishedVersion, template.CreatedAt, template.UpdatedAt);

    public static TemplateVersionResponse Version(TemplateDetails details)
    {
        var version = details.Version;
        return new(version.Version, Status(details), Channels(version), new RawJson(Encoding.UTF8.GetBytes(version.Contents)), version.CreatedAt, version.PublishedAt);
    }

    /// <summary>The response to an edit.</summary>
    public static IResult Of(TemplateChange change, int status = StatusCodes.Status200OK) => change switch
    {
        TemplateChange.Done done => JsonResponse.Of(Of(done.Details), TemplatesJson.Default.TemplateResponse, statusCode: status),
        TemplateChange.NotFound => Problems.NotFound(),
        TemplateChange.KeyTaken => Problems.Conflict("Another template has this key; update that one or choose another key."),
        TemplateChange.Conflict conflict => Problems.Conflict(conflict.Detail),
        TemplateChange.Refused refused => Problems.Validation([.. refused.Issues.Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message))]),
        _ => throw new InvalidOperationException("no such change"),
    };

    public static PreviewedChannel Preview(ChannelKind channel, RenderOutcome.Rendered rendered)
    {
        var content = rendered.Content;
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
            ChannelTable.Of(channel).IsBilledBySegment && content.Text is { } text ? SmsSegments.Count(text) : null);
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

    private static string Status(TemplateDetails details) =>
        details.Version.PublishedAt is null ? "draft" : details.Template.PublishedVersion == details.Version.Version ? "published" : "superseded";

    private static IReadOnlyList<string> Channels(TemplateVersion version) => [.. version.Channels.Select(channel => ((ChannelKind)channel).ToName())];

    private static Dictionary<string, IReadOnlyList<string>> Variables(TemplateVersion version)
    {
        using var contents = JsonDocument.Parse(version.Contents);
        var (template, _) = TemplateContentsCheck.Read(contents.RootElement, "/contents");
        return template is null
            ? []
            : template.Channels.ToDictionary(channel => channel.ToName(), channel => template.RequiredVariables(channel, locale: null), StringComparer.Ordinal);
    }
}
