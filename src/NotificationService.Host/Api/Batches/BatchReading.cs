using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NotificationService.Batches;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Notifications;

namespace NotificationService.Host.Api.Batches;

/// <summary>Makes chunks of bodies with many items, whichever way they come. What is wrong with an item is said of it and takes no other along.</summary>
internal static class BatchReading
{
    private const int LongestReference = 200;

    /// <summary>The body of <c>send-batch</c>, or what is wrong with it besides its items.</summary>
    public static (BatchBody? Body, OpenBatchRequest? Head, ProblemResult? Wrong) Opening(ReadOnlyMemory<byte> utf8)
    {
        var (body, head, wrong) = Read(utf8, BatchesJson.Default.OpenBatchRequest);
        return head?.Reference is { Length: > LongestReference or 0 }
            ? (null, null, Problems.Validation("/reference", "text_invalid", $"1 to {LongestReference} characters are expected."))
            : (body, head, wrong);
    }

    /// <summary>The body of <c>send-chunk</c>, or what is wrong with it besides its items.</summary>
    public static (BatchBody? Body, SendChunkRequest? Head, ProblemResult? Wrong) Chunk(ReadOnlyMemory<byte> utf8)
    {
        var (body, head, wrong) = Read(utf8, BatchesJson.Default.SendChunkRequest);
        return head is { Sequence: < 0 }
            ? (null, null, Problems.Validation("/sequence", "number_range", "A sequence is 0 or more."))
            : (body, head, wrong);
    }

    /// <param name="sequence">The caller's number of it.</param>
    /// <param name="body">Whose items they are.</param>
    /// <param name="shared">What stands once for all items of the batch.</param>
    public static BatchChunk ChunkOf(int sequence, BatchBody body, OpenBatchRequest? shared) => new(sequence, Fingerprint(body), Items(body, shared));

    private static (BatchBody? Body, T? Head, ProblemResult? Wrong) Read<T>(ReadOnlyMemory<byte> utf8, JsonTypeInfo<T> type)
        where T : class
    {
        var (body, wrong) = BatchBody.Of(utf8);
        if (body is null)
            return (null, null, wrong ?? Problems.OfStatus(400));
        // What stands beside the items is as large as any other body.
        if (body.Head.Length > BodyPolicy.Json.MaxBytes)
            return (null, null, BodyReader.TooLarge(BodyPolicy.Json.MaxBytes));
        return JsonBody.Parse(body.Head, type).TryGet(out var head, out wrong) ? (body, head, null) : (null, null, wrong);
    }

    private static List<BatchItem> Items(BatchBody body, OpenBatchRequest? shared)
    {
        // An item's own key identifies the item with what stands once for all, whatever the batch is called.
        var said = shared is null ? null : shared with { Reference = null, Final = false, Notifications = null };
        var sharedHash = said is null ? "" : Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(said, BatchesJson.Default.OpenBatchRequest)));
        var items = new List<BatchItem>(body.Items.Count);
        foreach (var utf8 in body.Items)
        {
            if (!JsonBody.Parse(utf8, BatchesJson.Default.BatchItemRequest).TryGet(out var item, out var refusal))
                items.Add(new BatchItem(null, null, utf8, sharedHash, Problems.IssuesOf(refusal)));
            else if (item.IdempotencyKey is { Length: 0 or > IdempotencyKeyHeader.Longest })
                items.Add(new BatchItem(null, null, utf8, sharedHash, [new RequestIssue("/idempotencyKey", "text_invalid", $"1 to {IdempotencyKeyHeader.Longest} characters are expected.")]));
            else
                items.Add(new BatchItem(item.ToRequest(item.Recipient, item.Reference, shared), item.IdempotencyKey, utf8, sharedHash, []));
        }

        return items;
    }

    private static byte[] Fingerprint(BatchBody body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var item in body.Items)
        {
            hash.AppendData(item.Span);
            hash.AppendData(","u8);
        }

        return hash.GetHashAndReset();
    }
}
