using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Confluent.Kafka;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.Kafka.Intake;

/// <summary>How much of a record a dead letter carries: each less is tried when the brokers find the one before too large.</summary>
public enum DeadLetterExtent
{
    Whole,
    WithoutValue,

    /// <summary>Only why, and where the record stands: small, whatever the record is.</summary>
    ReasonOnly,
}

/// <summary>Makes the message of a dead letter. What is said of the record is bounded, whatever the record says. Pure.</summary>
public static class DeadLetterMessage
{
    /// <summary>Of <c>dlq-errors</c>, in bytes.</summary>
    public const int MaxErrorBytes = 16 * 1024;

    private const int MaxIssues = 50;
    private const int LongestMessage = 1_000;
    private const int LongestIssueText = 300;

    /// <param name="record">As it came.</param>
    /// <param name="refusals">Why it is here; at least one.</param>
    /// <param name="isPartial">A part of it was taken, and must not be sent again.</param>
    /// <param name="extent">How much of it is carried.</param>
    /// <param name="now">When it was given up.</param>
    public static Message<byte[]?, byte[]?> Of(InputRecord record, IReadOnlyList<Refusal> refusals, bool isPartial, DeadLetterExtent extent, DateTimeOffset now)
    {
        var headers = new Headers();
        if (extent != DeadLetterExtent.ReasonOnly)
        {
            foreach (var header in record.Headers ?? [])
                headers.Add(header.Key, header.GetValueBytes());
        }

        Add("dlq-reason", refusals[0].Code);
        Add("dlq-message", StorableText.Of(string.Join(" ", refusals.Take(MaxIssues).Select(refusal => StorableText.Of(refusal.Message, LongestMessage))), LongestMessage));
        Add("dlq-topic", record.Topic);
        Add("dlq-partition", record.Partition.ToString(CultureInfo.InvariantCulture));
        Add("dlq-offset", record.Offset.ToString(CultureInfo.InvariantCulture));
        Add("dlq-at", Rfc3339.Text(now));
        if (isPartial)
            Add("dlq-partial", "true");
        if (Errors(refusals) is { } errors)
            headers.Add("dlq-errors", errors);
        if (extent != DeadLetterExtent.Whole)
            Add("dlq-value-bytes", (record.Value?.Length ?? 0).ToString(CultureInfo.InvariantCulture));
        if (extent == DeadLetterExtent.ReasonOnly)
            Add("dlq-record-bytes", record.Bytes.ToString(CultureInfo.InvariantCulture));
        return new Message<byte[]?, byte[]?>
        {
            Key = extent == DeadLetterExtent.ReasonOnly ? null : record.Key,
            Value = extent == DeadLetterExtent.Whole ? record.Value : null,
            Headers = headers,
        };

        void Add(string name, string text) => headers.Add(name, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>As many of the issues as fit.</summary>
    private static byte[]? Errors(IReadOnlyList<Refusal> refusals)
    {
        var issues = refusals.SelectMany(refusal => refusal.Issues).Take(MaxIssues)
            .Select(issue => new RequestIssue(StorableText.Of(issue.Pointer, LongestIssueText), issue.Code, StorableText.Of(issue.Message, LongestIssueText))).ToArray();
        for (var count = issues.Length; count > 0; count /= 2)
        {
            if (ReadableJson.Utf8(issues[..count], DeadLetterJson.Default.RequestIssueArray) is { Length: <= MaxErrorBytes } utf8)
                return utf8;
        }

        return null;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RequestIssue[]))]
internal sealed partial class DeadLetterJson : JsonSerializerContext;
