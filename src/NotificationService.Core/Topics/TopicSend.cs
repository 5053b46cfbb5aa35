using System.Text.Json.Serialization;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.Topics;

/// <summary>Where a send to topics stands. Stored as a smallint: never renumber.</summary>
[SqlName("topic_send")]
public enum TopicSendState : short
{
    Running = 1,

    /// <summary>Every subscriber was passed.</summary>
    Done = 2,

    /// <summary>Its batch was cancelled.</summary>
    Cancelled = 3,
}

/// <summary>What holds for everybody whom a send to topics reaches, beside its data, content and metadata.</summary>
/// <param name="Template">The version that all of them get; null for content of its own.</param>
/// <param name="Channels">As they were named; null for those of the template.</param>
public sealed record TopicSendSettings(
    BoundTemplate? Template, IReadOnlyList<string?>? Channels, string? Strategy, int? FallbackAfter, string? Category, string? Priority, string? SendAt, string? ExpiresAt, string? Reference);

/// <summary>What came of asking for a send to topics.</summary>
public abstract record TopicSendBegun
{
    private TopicSendBegun()
    {
    }

    public sealed record Begun(Guid Batch) : TopicSendBegun;

    public sealed record Invalid(IReadOnlyList<RequestIssue> Issues) : TopicSendBegun;

    /// <summary>As many of the tenant are running as may.</summary>
    public sealed record TooMany : TopicSendBegun;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TopicSendSettings))]
internal sealed partial class TopicJson : JsonSerializerContext;
