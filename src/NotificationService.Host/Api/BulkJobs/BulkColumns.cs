using System.Text.Json.Serialization;
using NotificationService.BulkJobs;
using NotificationService.BulkJobs.Csv;
using NotificationService.Channels;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Notifications;

namespace NotificationService.Host.Api.BulkJobs;

/// <summary>What a file's columns would be taken for. By the same rules as an upload, and without one.</summary>
internal static class BulkColumns
{
    public static async Task<IResult> LookAsync(HttpContext context, TemplateBinder templates, BulkOptions options, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, BulkColumnsJson.Default.BulkColumnsRequest, cancellationToken)).Value;
        var (channels, errors) = Check(body, options.Limits);
        if (errors.Count > 0)
            return Problems.Validation(errors);
        if (await templates.FindAsync(context.Caller().Tenant, body.Template!, channels, cancellationToken) is not { } template)
            return Problems.Validation("/template", "template_unknown", "There is no published template with this key.");
        string[] headers = [.. body.Columns!.Select(column => column!.Trim())];
        var (columns, refusals) = HeaderMatch.Look(headers, template, channels.Count > 0 ? channels : template.Template.Channels, body.Mapping);
        return JsonResponse.Of(
            new BulkColumnsResponse(
                new(template.Template.Key, template.Template.Version),
                [.. columns.Select((column, place) => new BulkColumn(headers[place], column.Written is { Length: > 0 } target ? target : null, column.AlsoVariable is { } also ? $"data.{also}" : null))],
                [.. HeaderNames.Targets, .. template.All.Select(variable => $"data.{variable}")],
                [.. refusals.Select(refusal => new BulkColumnProblem(refusal.Code, refusal.Message, refusal.Column))]),
            BulkColumnsJson.Default.BulkColumnsResponse);
    }

    private static (List<ChannelKind> Channels, List<FieldError> Errors) Check(BulkColumnsRequest body, CsvLimits limits)
    {
        var channels = new List<ChannelKind>();
        var errors = new List<FieldError>();
        if (body.Template is null)
            errors.Add(new("/template", "required", "The key of a published template."));
        if (body.Columns is null or { Count: 0 })
            errors.Add(new("/columns", "required", "The names in the file's header, in their order."));
        else if (body.Columns.Count > limits.MostColumns)
            errors.Add(new("/columns", "too_many", $"A file has at most {limits.MostColumns} columns."));
        else
            errors.AddRange(body.Columns.Select((column, place) => (column, place)).Where(one => string.IsNullOrWhiteSpace(one.column)).Take(Problems.MaxErrors)
                .Select(one => new FieldError($"/columns/{one.place}", CsvCodes.HeaderMissing, "A column has a name.")));
        if (body.Mapping?.Count > limits.MostColumns)
            errors.Add(new("/mapping", "too_many_properties", $"A file has at most {limits.MostColumns} columns, and 'mapping' one entry for each."));
        foreach (var (column, target) in body.Mapping ?? new Dictionary<string, string>())
        {
            if (target is null && errors.Count < Problems.MaxErrors)
                errors.Add(new(JsonPointer.Append("/mapping", column), "type", "Such as recipient.email, reference, data.orderId or ignore."));
        }

        if (body.Channels?.Count > ChannelKinds.All.Count)
            errors.Add(new("/channels", "too_many", $"Some of {ChannelKinds.Names}, each once."));
        for (var i = 0; i < Math.Min(body.Channels?.Count ?? 0, ChannelKinds.All.Count); i++)
        {
            if (!ChannelKinds.TryParse(body.Channels![i], out var channel))
                errors.Add(new($"/channels/{i}", "unknown_channel", $"A channel is one of {ChannelKinds.Names}."));
            else if (!channels.Contains(channel))
                channels.Add(channel);
        }

        return (channels, errors);
    }
}

/// <summary>A header, and what is to be sent by it.</summary>
public sealed record BulkColumnsRequest
{
    /// <summary>The key of a published template.</summary>
    public string? Template { get; init; }

    /// <summary>As in the upload; left out for all of the template's.</summary>
    public IReadOnlyList<string?>? Channels { get; init; }

    /// <summary>The names in the file's header, in their order; as many as a file may have columns, 1,000 by default.</summary>
    public IReadOnlyList<string?>? Columns { get; init; }

    /// <summary>As in the upload: a column, and what it is, such as recipient.email, reference, data.orderId or ignore.</summary>
    public IReadOnlyDictionary<string, string>? Mapping { get; init; }
}

/// <summary>What a file's columns would be taken for.</summary>
/// <param name="Template">The version that is published now.</param>
/// <param name="Columns">In the order of the header.</param>
/// <param name="Targets">What a column can be: fields of the recipient, the reference, and the template's variables.</param>
/// <param name="Problems">Why a file with this header would be refused; none where it would be taken.</param>
public sealed record BulkColumnsResponse(PinnedTemplateResponse Template, IReadOnlyList<BulkColumn> Columns, IReadOnlyList<string> Targets, IReadOnlyList<BulkColumnProblem> Problems);

/// <summary>A column.</summary>
/// <param name="Target">Such as recipient.email; absent for one that is used for nothing.</param>
/// <param name="Also">The template's variable that a recipient's field fills besides.</param>
public sealed record BulkColumn(string Column, string? Target, string? Also);

/// <summary>What is wrong with a header.</summary>
/// <param name="Code">csv_column_missing, csv_column_duplicate or csv_mapping_invalid.</param>
/// <param name="Column">The column that it is about, or the one that is missing.</param>
public sealed record BulkColumnProblem(string Code, string Message, string? Column);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BulkColumnsRequest))]
[JsonSerializable(typeof(BulkColumnsResponse))]
internal sealed partial class BulkColumnsJson : JsonSerializerContext;
