using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using NotificationService.Batches;
using NotificationService.Host.Api.Notifications;
using NotificationService.Host.Http.Lists;

namespace NotificationService.Host.Api.Batches;

/// <summary>Opens a batch. Whatever a notification may say can stand here once for all items, of later chunks, too; an item's own word comes first.</summary>
public sealed record OpenBatchRequest : NotificationFields
{
    /// <summary>The caller's own id of the batch.</summary>
    public string? Reference { get; init; }

    /// <summary>The first items, at most 10,000. More may come by <c>send-chunk</c>.</summary>
    [MaxLength(BatchChunk.MaxItems)]
    public IReadOnlyList<BatchItemRequest>? Notifications { get; init; }

    /// <summary>No chunk will follow: the batch is complete with these items.</summary>
    public bool Final { get; init; }
}

/// <summary>Some more of a batch's items.</summary>
public sealed record SendChunkRequest
{
    public required Guid BatchId { get; init; }

    /// <summary>The caller's number of the chunk, from 0. The same number with the same items is answered as before and sends nothing twice.</summary>
    public required int Sequence { get; init; }

    /// <summary>At most 10,000.</summary>
    [MaxLength(BatchChunk.MaxItems)]
    public IReadOnlyList<BatchItemRequest>? Notifications { get; init; }

    /// <summary>It is the last one: the batch is complete with it.</summary>
    public bool Final { get; init; }
}

/// <summary>One notification of a batch.</summary>
public sealed record BatchItemRequest : NotificationFields
{
    public required RecipientBody Recipient { get; init; }

    /// <summary>The caller's own id, given back in answers, lists and webhooks. Need not be unique.</summary>
    public string? Reference { get; init; }

    /// <summary>A key of the item's own: within 24 hours the same item is stored once under it, whatever batch it comes with.</summary>
    public string? IdempotencyKey { get; init; }
}

/// <summary>What became of the items of one call.</summary>
/// <param name="Sequence">Absent for what came with the opening.</param>
/// <param name="Accepted">Items that are stored.</param>
/// <param name="Rejected">Items that are not, by index, and why; the pointers lead into the item.</param>
/// <param name="Repeated">Items that had been accepted before under their own key.</param>
/// <param name="Ids">The notifications' ids in the order of the items; null for those that were rejected.</param>
public sealed record ChunkResponse(
    Guid BatchId, int? Sequence, int Accepted, IReadOnlyList<RejectedItem> Rejected, IReadOnlyList<RepeatedItem> Repeated, IReadOnlyList<Guid?> Ids)
{
    internal static ChunkResponse Of(Guid batch, int sequence, ChunkOutcome.Stored stored)
    {
        var ids = new Guid?[stored.Items];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = stored.First.At(i).Value;
        foreach (var rejected in stored.Response.Rejected)
            ids[rejected.Index] = null;
        foreach (var repeated in stored.Response.Repeated)
            ids[repeated.Index] = repeated.Id;
        return new ChunkResponse(batch, sequence == BatchChunk.Opening ? null : sequence, stored.Response.Accepted, stored.Response.Rejected, stored.Response.Repeated, ids);
    }
}

/// <summary>A batch as it stands, exact at the moment of the response.</summary>
/// <param name="Status"><c>open</c>: takes chunks. <c>processing</c>: complete, and something still waits. <c>completed</c>: nothing waits any more. <c>cancelled</c>.</param>
/// <param name="CompletedAt">When no more chunks could come: it was completed or cancelled.</param>
/// <param name="EndedAt">When nothing of it waited any more.</param>
/// <param name="Chunks">Calls that brought items.</param>
/// <param name="Progress">Ended deliveries of all deliveries so far, 0 to 1.</param>
/// <param name="RatePerSecond">Deliveries that ended in a second, over the last half minute at most; absent once all have ended.</param>
/// <param name="EtaSeconds">How long the rest takes at that rate; absent when nobody can say.</param>
public sealed record BatchResponse(
    Guid Id, string Status, string? Reference, bool Live, DateTimeOffset CreatedAt, DateTimeOffset? CompletedAt, DateTimeOffset? EndedAt,
    int Chunks, long Accepted, long Rejected, long Repeated, BatchDeliveries Deliveries, double Progress, double? RatePerSecond, double? EtaSeconds)
{
    internal static BatchResponse Of(Batch batch) => new(
        batch.Id,
        batch.State switch
        {
            BatchState.Open => "open",
            BatchState.Cancelled => "cancelled",
            _ => batch.Pending == 0 ? "completed" : "processing",
        },
        batch.Reference, batch.Live, batch.CreatedAt, batch.ClosedAt, batch.EndedAt, batch.Chunks, batch.Accepted, batch.Rejected, batch.Repeated,
        BatchDeliveries.Of(batch), Math.Round(batch.Progress, 6), batch.RatePerSecond, batch.EtaSeconds);
}

/// <summary>How many deliveries stand where.</summary>
/// <param name="Pending">Scheduled, queued or being sent.</param>
public sealed record BatchDeliveries(
    long Total, long Pending, long Sent, long Delivered, long Read, long Failed, long Bounced, long Suppressed, long Cancelled, long Expired)
{
    internal static BatchDeliveries Of(Batch batch)
    {
        return new(
            batch.Total, batch.Pending, Count(Deliveries.DeliveryStatus.Sent), Count(Deliveries.DeliveryStatus.Delivered), Count(Deliveries.DeliveryStatus.Read), Count(Deliveries.DeliveryStatus.Failed),
            Count(Deliveries.DeliveryStatus.Bounced), Count(Deliveries.DeliveryStatus.Suppressed), Count(Deliveries.DeliveryStatus.Cancelled), Count(Deliveries.DeliveryStatus.Expired));

        long Count(Deliveries.DeliveryStatus status) => batch.Counts.GetValueOrDefault(status);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OpenBatchRequest))]
[JsonSerializable(typeof(SendChunkRequest))]
[JsonSerializable(typeof(BatchItemRequest))]
[JsonSerializable(typeof(ChunkResponse))]
[JsonSerializable(typeof(BatchResponse))]
[JsonSerializable(typeof(Page<BatchResponse>))]
internal sealed partial class BatchesJson : JsonSerializerContext;
