using System.Text.Json;
using System.Text.Json.Serialization;
using NotificationService.Batches;
using NotificationService.BulkJobs;
using NotificationService.Channels;

namespace NotificationService.Events;

/// <summary>What the database noted of an event that is no delivery's, column by column; <see cref="EventJson"/> makes of it what is published.</summary>
public abstract record NoticeFacts
{
    /// <summary>Reads what statements and triggers hand to <c>notification_meta.publish_event</c>.</summary>
    public static NoticeFacts Read(string type, string facts) => type switch
    {
        EventTypes.BatchCompleted => Of(JsonSerializer.Deserialize(facts, NoticeFactsJson.Default.BatchFacts)),
        EventTypes.BulkJobProgress or EventTypes.BulkJobCompleted => Of(JsonSerializer.Deserialize(facts, NoticeFactsJson.Default.BulkJobFacts)),
        EventTypes.EndpointFailing or EventTypes.EndpointDisabled => Of(JsonSerializer.Deserialize(facts, NoticeFactsJson.Default.EndpointFacts)),
        EventTypes.ProviderSuspended => Of(JsonSerializer.Deserialize(facts, NoticeFactsJson.Default.SuspensionFacts)),
        EventTypes.QuotaNear or EventTypes.QuotaReached => Of(JsonSerializer.Deserialize(facts, NoticeFactsJson.Default.QuotaFacts)),
        _ => throw new JsonException($"nothing is known of the event {type}"),
    };

    private static NoticeFacts Of(NoticeFacts? facts) => facts ?? throw new JsonException("an event has no facts");
}

/// <summary>A batch has ended.</summary>
/// <param name="Counts">Deliveries by status; 0 for what has none that is counted (<see cref="BatchTally.Pending"/>).</param>
public sealed record BatchFacts(string? Reference, BatchState State, bool Live, DateTimeOffset CreatedAt, IReadOnlyDictionary<short, long>? Counts) : NoticeFacts;

/// <summary>A file goes on or has ended.</summary>
public sealed record BulkJobFacts(
    string? Name, BulkJobState State, string? Reason, int RowsTotal, int RowsDone, int RowsQueued, int RowsBad, int RowsRepeated, double? RatePerSecond, double? EtaSeconds) : NoticeFacts;

/// <summary>A webhook endpoint fails or was disabled.</summary>
/// <param name="Host">All of its address that others may know.</param>
/// <param name="Reason">Why it was disabled; null while it only fails.</param>
public sealed record EndpointFacts(string? Host, string? Reason, DateTimeOffset? FailingSince, int Failures, string? LastFailure) : NoticeFacts;

/// <summary>A provider's account does not work.</summary>
public sealed record SuspensionFacts(string Name, string Type, ChannelKind Channel, string Code, string Message) : NoticeFacts;

/// <summary>A day's quota is nearly or wholly used.</summary>
/// <param name="Prefix">The beginning of the numbers that it is a cap of; null for all of the channel.</param>
/// <param name="Used">With what processes have leased and not used yet.</param>
/// <param name="Day">By the tenant's clock.</param>
public sealed record QuotaFacts(ChannelKind Channel, string? Prefix, long Quota, long Used, DateOnly Day, DateTimeOffset EndsAt) : NoticeFacts;

/// <summary>Nothing happened: somebody tries an endpoint.</summary>
public sealed record SampleFacts : NoticeFacts;

/// <summary>What an earlier build stored, which is published as it stands.</summary>
public sealed record StoredData(string Json) : NoticeFacts;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BatchFacts))]
[JsonSerializable(typeof(BulkJobFacts))]
[JsonSerializable(typeof(EndpointFacts))]
[JsonSerializable(typeof(SuspensionFacts))]
[JsonSerializable(typeof(QuotaFacts))]
internal sealed partial class NoticeFactsJson : JsonSerializerContext;
