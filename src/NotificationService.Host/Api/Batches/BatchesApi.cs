using NotificationService.Batches;
using NotificationService.Deliveries;
using NotificationService.Host.Api.Notifications;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.Host.Api.Batches;

/// <summary>Batches: many notifications in chunks, counted as one.</summary>
public static class BatchesApi
{
    internal const string Root = "/api/v1/services/notifications/batches";
    private const string Sending = "/api/v1/services/notifications";

    private static readonly Dictionary<string, BatchStatus> Statuses = new()
    {
        ["open"] = BatchStatus.Open,
        ["processing"] = BatchStatus.Processing,
        ["completed"] = BatchStatus.Completed,
        ["cancelled"] = BatchStatus.Cancelled,
    };

    public static void MapBatches(this IEndpointRouteBuilder routes)
    {
        var sending = routes.MapGroup(Sending).WithTags("Batches").RequireAuthorization(Policies.SendNotifications);
        sending.MapPost("/send-batch", (HttpContext context, BatchHandler handler, CancellationToken cancellationToken) => handler.OpenAsync(context, cancellationToken)).RefusedWhileSuspended()
            .Documented("Open a batch, with its first notifications", $"Good items are taken and stored together; bad ones are named by index and pointer. At most {BatchChunk.MaxItems} items and {BodyPolicy.MaxBatchBytes >> 20} MB a call; more come by send-chunk. At most {BatchLimiter.MaxOfTenant} such calls of one tenant are worked on at once: others wait 5 s and are then a 429 ({BatchHandler.TooManyCode}). The items of one call may take {CheckBudget.Max.TotalSeconds:0} s to check; those left then are rejected with {CheckBudget.Code}, and may come in another call.")
            .TakesIdempotencyKey().Takes<OpenBatchRequest>(BatchExamples.Open).Responds<ChunkResponse>(202, BatchExamples.Opened);
        sending.MapPost("/send-chunk", (HttpContext context, BatchHandler handler, CancellationToken cancellationToken) => handler.AddAsync(context, cancellationToken)).RefusedWhileSuspended()
            .Documented("Add notifications to an open batch", "In any order and from many callers at once. The same sequence again is answered as before and sends nothing twice; with other items it is a 409. A chunk is stored whole or not at all.")
            .TakesIdempotencyKey().Takes<SendChunkRequest>(BatchExamples.Chunk).Responds<ChunkResponse>(202, BatchExamples.Added).MayNotFind();

        var commands = routes.MapGroup(Root).WithTags("Batches").RequireAuthorization(Policies.SendNotifications);
        commands.MapPost("/{id:guid}/complete", (Guid id, HttpContext context, BatchStore batches, TimeProvider time, CancellationToken cancellationToken) => CloseAsync(id, BatchState.Complete, context, batches, time, cancellationToken)).OfOwnMode(ModeOf.Batch)
            .Documented("Complete a batch", "No more chunks come. Waits for those that are being stored; to do it again changes nothing.").TakesIdempotencyKey().Responds<BatchResponse>(200, BatchExamples.Batch);
        commands.MapPost("/{id:guid}/cancel", (Guid id, HttpContext context, BatchStore batches, TimeProvider time, CancellationToken cancellationToken) => CloseAsync(id, BatchState.Cancelled, context, batches, time, cancellationToken)).OfOwnMode(ModeOf.Batch)
            .Documented("Cancel a batch", "Nothing more is begun from now on, and what waits is cancelled within seconds; what has been sent stays sent. To do it again changes nothing.").TakesIdempotencyKey().Responds<BatchResponse>(200, BatchExamples.Cancelled);

        var reading = routes.MapGroup(Root).WithTags("Batches").RequireAuthorization(Policies.ReadNotifications);
        reading.MapGet("/", ListBatchesAsync).Documented("List batches, newest first", "Bulk jobs have a list of their own.")
            .QueryPaging(cursor: true).Query("status", "Only those that are open, processing, completed or cancelled.").Query("since", "Only those that were opened at this time or later.").QueryMode()
            .Responds<Page<BatchResponse>>(200, BatchExamples.Page);
        reading.MapGet("/{id:guid}", GetAsync).OfOwnMode(ModeOf.Batch).Documented("Get a batch with its progress", "The counts are exact at the moment of the answer and cost the same for any size.").Responds<BatchResponse>(200, BatchExamples.Batch);
        reading.MapGet("/{id:guid}/notifications", ListAsync).OfOwnMode(ModeOf.Batch).Documented("List a batch's notifications, newest first", "With a filter a page looks at 200 of them: it may be short or empty and still have a nextCursor, and its total is left out.")
            .QueryPaging(cursor: true).Query("status", "Only with a delivery in this status.").Query("channel", "Only with a delivery on this channel.").Query("reference", "Only with this reference.")
            .Responds<Page<NotificationSummary>>(200, NotificationExamples.Page);
    }

    private static async Task<IResult> ListBatchesAsync(HttpContext context, BatchList list, CancellationToken cancellationToken)
    {
        var tenant = context.Caller().Tenant;
        var query = new QueryReader(context.Request);
        var filter = new BatchFilter(query.Choice("status", Statuses), query.Instant("since"), query.Mode(context));
        var scope = $"batches {tenant} {filter}";
        var paging = query.Paging(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        var page = await list.ListAsync(tenant, filter, paging.Request, cancellationToken);
        return JsonResponse.Of(paging.Respond(page, BatchResponse.Of, scope), BatchesJson.Default.PageBatchResponse);
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, BatchStore batches, CancellationToken cancellationToken) =>
        await batches.FindAsync(context.Caller().Tenant, id, cancellationToken) is { } batch ? Respond(batch) : Problems.NotFound();

    private static async Task<IResult> CloseAsync(Guid id, BatchState state, HttpContext context, BatchStore batches, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
            return refusal;
        _ = (await JsonBody.ReadOptionalAsync(context.Request, NotificationsJson.Default.CommandRequest, cancellationToken))?.Value;
        var tenant = context.Caller().Tenant;
        var idempotent = key is null ? null : new IdempotentRequest(key, $"{Root}/{id}/{(state == BatchState.Cancelled ? "cancel" : "complete")}", default, context.Caller().Live);
        var outcome = await batches.CloseAsync(
            tenant, id, state, idempotent, static batch => ReadableJson.Utf8(BatchResponse.Of(batch), BatchesJson.Default.BatchResponse), cancellationToken);
        // What was written as begun before has begun by then, or never will.
        if (state == BatchState.Cancelled && outcome is IdempotentOutcome<Batch?>.Done)
            await Task.Delay(BegunCalls.Settled, time, CancellationToken.None);
        return ReplayedResponses.Of(
            context, outcome, StatusCodes.Status200OK,
            static batch => batch is null ? Problems.NotFound() : Problems.Conflict("It is too late to cancel: every delivery of the batch has ended."));
    }

    private static async Task<IResult> ListAsync(Guid id, HttpContext context, BatchStore batches, NotificationList list, CancellationToken cancellationToken)
    {
        var tenant = context.Caller().Tenant;
        var query = new QueryReader(context.Request);
        var filter = NotificationLists.ReadBatchFilter(query, id);
        var scope = NotificationLists.CursorScope("batch", tenant, filter);
        var paging = query.Paging(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        if (await batches.SharedAsync(tenant, id, cancellationToken) is null)
            return Problems.NotFound();
        var page = await list.ListAsync(tenant, filter, paging.Request, cancellationToken);
        return JsonResponse.Of(paging.Respond(page, NotificationSummary.Of, scope), NotificationsJson.Default.PageNotificationSummary);
    }

    private static IResult Respond(Batch batch) => JsonResponse.Of(BatchResponse.Of(batch), BatchesJson.Default.BatchResponse);
}
