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
internal sealed class BatchHandler(BatchIntake intake, BatchReplays replays, BatchStore batches, Modes modes, BatchLimiter limiter, ItemRates rates, BatchOptions options)
{
    private const string OpenRoute = "/api/v1/services/notifications/send-batch";
    private const string AddRoute = "/api/v1/services/notifications/send-chunk";
    public const string TooManyCode = "too_many_batch_calls";

    private const string Items = "/notifications";
    private const int MinBytesPerSecond = 16 * 1024;

    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(2);

    private readonly BodyPolicy policy = new(BodyPolicy.MaxBatchBytes, options.LongestUpload, MinBytesPerSecond);

    public Task<IResult> OpenAsync(HttpContext context, CancellationToken cancellationToken) => ReadThenRunAsync(
        context,
        async bytes =>
        {
            if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
                return refusal;
            var (body, head, wrong) = BatchReading.Opening(bytes);
            if (body is null || head is null)
                return wrong ?? Problems.OfStatus(400);
            var caller = context.Caller();
            var claim = Claim(key, OpenRoute, caller, bytes, BatchChunk.Opening);
            if (await ReplayAsync(context, caller, claim, completes: null, cancellationToken) is { } replay)
                return replay;

            var chunk = BatchReading.ChunkOf(BatchChunk.Opening, body, head);
            if (IsAnItems(key, chunk))
                return ReplayedResponses.KeyMismatch;
            if (await rates.TakeAsync(context, caller, chunk.Items.Count, Items, cancellationToken) is { } tooMany)
                return tooMany;
            if (await intake.OpenAsync(caller, head.Reference, body.Head, chunk, head.Final, Traces.Parent(), claim, cancellationToken) is var (batch, first))
            {
                context.Response.Headers.Location = $"{BatchesApi.Root}/{batch}";
                return new JsonBytes(StatusCodes.Status202Accepted, Response(batch, BatchChunk.Opening, first));
            }

            return await ReplayAsync(context, caller, claim, completes: null, cancellationToken) ?? Problems.Unavailable(BusyRetryAfter);
        },
        cancellationToken);

    public Task<IResult> AddAsync(HttpContext context, CancellationToken cancellationToken) => ReadThenRunAsync(
        context,
        async bytes =>
        {
            if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
                return refusal;
            var (body, head, wrong) = BatchReading.Chunk(bytes);
            if (body is null || head is null)
                return wrong ?? Problems.OfStatus(400);
            var caller = context.Caller();
            var claim = Claim(key, AddRoute, caller, bytes, head.Sequence);
            if (await ReplayChunkAsync(context, caller, head, claim, cancellationToken) is { } replay)
                return replay;
            if ((caller.OnlyMode is { } own && await modes.FindAsync(caller.Tenant, ModeOf.Batch, head.BatchId, cancellationToken) != own)
                || await batches.SharedAsync(caller.Tenant, head.BatchId, cancellationToken) is not { } shared)
                return Problems.NotFound();
            var chunk = BatchReading.ChunkOf(head.Sequence, body, shared.IsEmpty ? null : JsonBody.Parse(shared, BatchesJson.Default.OpenBatchRequest).Value);
            if (IsAnItems(key, chunk))
                return ReplayedResponses.KeyMismatch;
            if (await rates.TakeAsync(context, caller, chunk.Items.Count, Items, cancellationToken) is { } tooMany)
                return tooMany;
            return await intake.AddAsync(caller, head.BatchId, chunk, head.Final, Traces.Parent(), claim, cancellationToken) switch
            {
                ChunkOutcome.Stored stored => Stored(context, head, stored),
                ChunkOutcome.KeyTaken => await ReplayChunkAsync(context, caller, head, claim, cancellationToken) ?? Problems.Unavailable(BusyRetryAfter),
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

    private static JsonBytes Stored(HttpContext context, SendChunkRequest head, ChunkOutcome.Stored stored)
    {
        if (stored.IsReplay)
            context.Response.Headers["Idempotent-Replayed"] = "true";
        context.Response.Headers.Location = $"{BatchesApi.Root}/{head.BatchId}";
        return new JsonBytes(StatusCodes.Status202Accepted, Response(head.BatchId, head.Sequence, stored));
    }

    /// <summary>What was answered to the call's key before, or null.</summary>
    private async Task<IResult?> ReplayAsync(HttpContext context, Caller caller, IdempotencyClaim? claim, Guid? completes, CancellationToken cancellationToken) =>
        claim is not null && await replays.FindAsync(caller, claim, completes, cancellationToken) is { } before ? ReplayedResponses.Of(context, before, claim.Fingerprint) : null;

    private async Task<IResult?> ReplayChunkAsync(HttpContext context, Caller caller, SendChunkRequest head, IdempotencyClaim? claim, CancellationToken cancellationToken)
    {
        var replay = await ReplayAsync(context, caller, claim, completes: head.Final ? head.BatchId : null, cancellationToken);
        if (replay is JsonBytes)
            context.Response.Headers.Location = $"{BatchesApi.Root}/{head.BatchId}";
        return replay;
    }

    private static IdempotencyClaim? Claim(string? key, string route, Caller caller, ReadOnlyMemory<byte> utf8, int sequence) => key is null
        ? null
        : new IdempotencyClaim(IdempotencyKeys.Hash(key, caller.Live), RequestFingerprint.Of(route, caller.Tenant, utf8.Span), (batch, stored) => Response(batch, sequence, stored));

    /// <summary>A key identifies one thing: for the call, or for an item of it.</summary>
    private static bool IsAnItems(string? key, BatchChunk chunk) => key is not null && chunk.Items.Any(item => item.Key == key);

    private static byte[] Response(Guid batch, int sequence, ChunkOutcome.Stored stored) =>
        ReadableJson.Utf8(ChunkResponse.Of(batch, sequence, stored), BatchesJson.Default.ChunkResponse);
}
