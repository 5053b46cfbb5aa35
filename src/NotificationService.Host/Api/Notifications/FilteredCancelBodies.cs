using System.Text.Json.Serialization;
using NotificationService.Host.Http;
using NotificationService.Notifications;
using NotificationService.Topics;

namespace NotificationService.Host.Api.Notifications;

/// <summary>What is to be cancelled.</summary>
public sealed record CancelRequest
{
    public CancelFilterBody? Filter { get; init; }

    internal List<FieldError> Check() => Filter is null ? [new("/filter", "required", "What is to be cancelled.")] : Filter.Check();
}

/// <summary>Which notifications are meant: those that fit all that is said. At least one thing is said.</summary>
public sealed record CancelFilterBody
{
    /// <summary>Sent to this topic, or to one below it.</summary>
    public string? Topic { get; init; }

    public string? Category { get; init; }

    /// <summary>The caller's own id.</summary>
    public string? Reference { get; init; }

    /// <summary>The key of a template, of whatever version.</summary>
    public string? Template { get; init; }

    public override string ToString() => "a filter of notifications";

    internal List<FieldError> Check()
    {
        var errors = new List<FieldError>();
        if (Topic is null && Category is null && Reference is null && Template is null)
            errors.Add(new("/filter", "required", "A filter says a topic, category, reference or template. Everything is not cancelled."));
        if (Topic is not null && TopicKey.Check(Topic) is { } issue)
            errors.Add(new("/filter/topic", issue.Code, issue.Message));
        Line("/filter/category", Category, RequestCheck.LongestCategory);
        Line("/filter/reference", Reference, RequestCheck.LongestReference);
        Line("/filter/template", Template, RequestCheck.LongestReference);
        return errors;

        void Line(string pointer, string? text, int longest)
        {
            if (text is not null)
                errors.AddRange(RequestCheck.Line(pointer, text, longest).Select(found => new FieldError(found.Pointer, found.Code, found.Message)));
        }
    }

    internal CancelFilter ToFilter() => new(Topic, Topic is null ? null : TopicKey.Below(Topic), Category, Reference, Template);
}

/// <summary>A cancelling that was asked for.</summary>
public sealed record CancelBegunResponse(Guid JobId);

/// <summary>A cancelling, and how far it is.</summary>
/// <param name="Status">running or completed.</param>
/// <param name="LookedAt">Deliveries that waited and were looked at; one that moved meanwhile may count twice.</param>
/// <param name="Cancelled">Deliveries that were cancelled.</param>
/// <param name="FinishedAt">Absent while it goes on.</param>
public sealed record CancelJobResponse(Guid Id, string Status, bool Live, CancelFilterBody Filter, long LookedAt, long Cancelled, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt)
{
    internal static CancelJobResponse Of(FilteredCancel job) => new(
        job.Id, job.EndedAt is null ? "running" : "completed", job.Live,
        new CancelFilterBody { Topic = job.Filter.Topic, Category = job.Filter.Category, Reference = job.Filter.Reference, Template = job.Filter.Template },
        job.LookedAt, job.Cancelled, job.CreatedAt, job.EndedAt);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CancelRequest))]
[JsonSerializable(typeof(CancelBegunResponse))]
[JsonSerializable(typeof(CancelJobResponse))]
internal sealed partial class CancelsJson : JsonSerializerContext;
