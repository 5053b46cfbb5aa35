using System.Security.Cryptography;
using System.Text.Json;
using NotificationService.Batches;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Observability;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Batches;

/// <summary>
/// Reads what comes in many items and answers item by item. 1 the body, within the process's budget → 2 a permit, because what is made of it is large
/// and few are worked on at once → 3 the work.
/// </summary>
internal sealed class BatchHandler(BatchIntake intake, BatchStore batches, Modes modes, IdempotencyKeys keys, BatchLimiter limiter, BatchOptions options)
{
    public const int LargestBody = BodyPolicy.MaxBatchBytes;

    private const string OpenRoute = "/api/v1/services/notifications/send-batch";
    private const string AddRoute = "/api/v1/services/notifications/send-chunk";
    public const string TooManyCode = "too_many_batch_calls";

    private const int MinBytesPerSecond = 16 * 1024;
    private const int LongestReference = 200;

    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(2);

    private readonly BodyPolicy policy = new(LargestBody, options.LongestUpload, MinBytesPerSecond);

    public Task<IResult> OpenAsync(HttpContext context, CancellationToken cancellationToken) => ReadThenRunAsync(
        context,
        async bytes =>
        {
            if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
                return refusal;
            var (body, head, utf8, wrong) = Read(bytes, BatchesJson.Default.OpenBatchRequest);
            if (body is null || head is null)
                return wrong ?? Problems.OfStatus(400);
            if (head.Reference is { Length: > LongestReference or 0 })
                return Problems.Validation("/reference", "text_invalid", $"1 to {LongestReference} characters are expected.");
            var caller = context.Caller();
            var claim = Claim(key, OpenRoute, caller, utf8, BatchChunk.Opening);
            if (claim is not null && await keys.FindAsync(caller.Tenant, claim.KeyHash, cancellationToken) is { } before)
                return ReplayedResponses.Of(context, before, claim.Fingerprint);

            var chunk = new BatchChunk(BatchChunk.Opening, Fingerprint(body), Items(body, head));
            if (IsAnItems(key, chunk))
                return ReplayedResponses.KeyMismatch;
            if (await intake.OpenAsync(caller, head.Reference, body.Head, chunk, head.Final, Traces.Parent(), claim, cancellationToken) is var (batch, first))
            {
                context.Response.Headers.Location = $"{BatchesApi.Root}/{batch}";
                return new JsonBytes(StatusCodes.Status202Accepted, Response(batch, BatchChunk.Opening, first));
            }

            return claim is not null && await keys.FindAsync(caller.Tenant, claim.KeyHash, cancellationToken) is { } meanwhile
                ? ReplayedResponses.Of(context, meanwhile, claim.Fingerprint)
                : Problems.Unavailable(BusyRetryAfter);
        },
        cancellationToken);

    public Task<IResult> AddAsync(HttpContext context, CancellationToken cancellationToken) => ReadThenRunAsync(
        context,
        async bytes =>
        {
            if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
                return refusal;
            var (body, head, utf8, wrong) = Read(bytes, BatchesJson.Default.SendChunkRequest);
            if (body is null || head is null)
                return wrong ?? Problems.OfStatus(400);
            if (head.Sequence < 0)
                return Problems.Validation("/sequence", "number_range", "A sequence is 0 or more.");
            var caller = context.Caller();
            var claim = Claim(key, AddRoute, caller, utf8, head.Sequence);
            if (await RepeatedAsync(context, caller, head, claim, cancellationToken) is { } repeated)
                return repeated;
            if ((caller.OnlyMode is { } own && await modes.FindAsync(caller.Tenant, ModeOf.Batch, head.BatchId, cancellationToken) != own)
                || await batches.SharedAsync(caller.Tenant, head.BatchId, cancellationToken) is not { } shared)
                return Problems.NotFound();
            var chunk = new BatchChunk(head.Sequence, Fingerprint(body), Items(body, shared.IsEmpty ? null : JsonBody.Parse(shared, BatchesJson.Default.OpenBatchRequest).Value));
            if (IsAnItems(key, chunk))
                return ReplayedResponses.KeyMismatch;
            return await intake.AddAsync(caller, head.BatchId, chunk, head.Final, Traces.Parent(), claim, cancellationToken) switch
            {
                ChunkOutcome.Stored stored => Stored(context, head, stored),
                ChunkOutcome.KeyTaken => await RepeatedAsync(context, caller, head, claim, cancellationToken) ?? Problems.Unavailable(BusyRetryAfter),
                ChunkOutcome.NotFound => Problems.NotFound(),
                ChunkOutcome.SequenceTaken => Problems.Conflict($"The sequence {head.Sequence} came before with other items. Give these another one.", "sequence_taken"),
                ChunkOutcome.Closed closed => Problems.Conflict(closed.State == BatchState.Cancelled ? "The batch was cancelled." : "The batch is complete and takes no more items.", "batch_closed"),
                ChunkOutcome.OtherMode => Problems.Conflict("The batch was opened by a test account; what a person sends is live.", "mode_mismatch"),
                _ => throw new InvalidOperationException("a closed set"),
            };
        },
        cancellationToken);

    /// <summary>Nobody holds a permit while the body comes: it is there when the work begins.</summary>
    private async Task<IResult> ReadThenRunAsync(HttpContext context, Func<ReadOnlyMemory<byte>, Task<IResult>> work, CancellationToken cancellationToken)
    {
        var (utf8, refusal) = await JsonBody.ReadBytesAsync(context.Request, policy, cancellationToken);
        if (refusal is not null)
            return refusal;
        return await limiter.RunAsync<IResult>(
            context.Caller().Tenant,
            () => work(utf8),
            static () => Problems.LimitReached(TooManyCode, $"At most {BatchLimiter.MaxOfTenant} such calls of one tenant are worked on at once. Send this one again when another has been answered.", BusyRetryAfter),
            static () => Problems.Unavailable(BusyRetryAfter),
            cancellationToken);
    }

    private static (BatchBody? Body, T? Head, ReadOnlyMemory<byte> Utf8, ProblemResult? Wrong) Read<T>(ReadOnlyMemory<byte> utf8, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        var (body, wrong) = BatchBody.Of(utf8);
        if (body is null)
            return (null, null, default, wrong);
        // What stands beside the items is as large as any other body.
        if (body.Head.Length > BodyPolicy.Json.MaxBytes)
            return (null, null, default, BodyReader.TooLarge(BodyPolicy.Json.MaxBytes));
        return JsonBody.Parse(body.Head, type).TryGet(out var head, out wrong) ? (body, head, utf8, null) : (null, null, default, wrong);
    }

    internal static List<BatchItem> Items(BatchBody body, OpenBatchRequest? shared)
    {
        // An item's own key identifies the item with what stands once for all, whatever the batch is called.
        var said = shared is null ? null : shared with { Reference = null, Final = false, Notifications = null };
        var sharedHash = said is null ? "" : Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(said, BatchesJson.Default.OpenBatchRequest)));
        var items = new List<BatchItem>(body.Items.Count);
        foreach (var utf8 in body.Items)
        {
            if (!JsonBody.Parse(utf8, BatchesJson.Default.BatchItemRequest).TryGet(out var item, out var refusal))
                items.Add(new BatchItem(null, null, utf8, sharedHash, Issues(refusal.Value)));
            else if (item.IdempotencyKey is { Length: 0 or > IdempotencyKeyHeader.Longest })
                items.Add(new BatchItem(null, null, utf8, sharedHash, [new RequestIssue("/idempotencyKey", "text_invalid", $"1 to {IdempotencyKeyHeader.Longest} characters are expected.")]));
            else
                items.Add(new BatchItem(item.ToRequest(item.Recipient, item.Reference, shared), item.IdempotencyKey, utf8, sharedHash, []));
        }

        return items;
    }

    internal static IReadOnlyList<RequestIssue> Issues(Problem problem) => problem.Errors is { Count: > 0 } errors
        ? [.. errors.Select(error => new RequestIssue(error.Pointer, error.Code, error.Message))]
        : [new RequestIssue("", problem.Code, problem.Detail ?? problem.Title)];

    internal static byte[] Fingerprint(BatchBody body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var item in body.Items)
        {
            hash.AppendData(item.Span);
            hash.AppendData(","u8);
        }

        return hash.GetHashAndReset();
    }

    private static JsonBytes Stored(HttpContext context, SendChunkRequest head, ChunkOutcome.Stored stored)
    {
        if (stored.IsReplay)
            context.Response.Headers["Idempotent-Replayed"] = "true";
        context.Response.Headers.Location = $"{BatchesApi.Root}/{head.BatchId}";
        return new JsonBytes(StatusCodes.Status202Accepted, Response(head.BatchId, head.Sequence, stored));
    }

    /// <summary>What was answered to the chunk's key before, or null.</summary>
    private async Task<IResult?> RepeatedAsync(HttpContext context, Caller caller, SendChunkRequest head, IdempotencyClaim? claim, CancellationToken cancellationToken)
    {
        if (claim is null || await keys.FindAsync(caller.Tenant, claim.KeyHash, cancellationToken) is not { } before)
            return null;
        var response = ReplayedResponses.Of(context, before, claim.Fingerprint);
        if (response is not JsonBytes)
            return response;
        // The process may have died after the chunk's commit, before it completed the batch.
        if (head.Final)
            await batches.CloseAsync(caller.Tenant, head.BatchId, BatchState.Complete, cancellationToken);
        context.Response.Headers.Location = $"{BatchesApi.Root}/{head.BatchId}";
        return response;
    }

    private static IdempotencyClaim? Claim(string? key, string route, Caller caller, ReadOnlyMemory<byte> utf8, int sequence) => key is null
        ? null
        : new IdempotencyClaim(IdempotencyKeys.Hash(key, caller.Live), RequestFingerprint.Of(route, caller.Tenant, utf8.Span), (batch, stored) => Response(batch, sequence, stored));

    /// <summary>A key identifies one thing: for the call, or for an item of it.</summary>
    private static bool IsAnItems(string? key, BatchChunk chunk) => key is not null && chunk.Items.Any(item => item.Key == key);

    private static byte[] Response(Guid batch, int sequence, ChunkOutcome.Stored stored) =>
        ReadableJson.Utf8(ChunkResponse.Of(batch, sequence, stored), BatchesJson.Default.ChunkResponse);
}
