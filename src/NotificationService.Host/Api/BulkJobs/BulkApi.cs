using NotificationService.Batches;
using NotificationService.BulkJobs;
using NotificationService.Deliveries;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.Host.Api.BulkJobs;

/// <summary>Bulk jobs: a CSV file whose rows become notifications.</summary>
public static class BulkApi
{
    internal const string Root = "/api/v1/services/notifications/bulk";
    private static readonly string[] Outcomes = ["staged", "bad", "mended", "repeated", .. DeliveryStatuses.All.Select(status => status.ToName())];
    private static readonly Dictionary<string, BulkJobState> States = Enum.GetValues<BulkJobState>().ToDictionary(state => state.ToName());
    private static readonly Dictionary<string, int> OutcomeNumbers = Outcomes.Select((name, number) => (name, number)).ToDictionary(entry => entry.name, entry => entry.number);


    public static void MapBulkJobs(this IEndpointRouteBuilder routes)
    {
        var sending = routes.MapGroup(Root).WithTags("Bulk jobs").RequireAuthorization(Policies.SendNotifications);
        sending.MapPost("/csv", (HttpContext context, BulkUploadHandler handler, CancellationToken cancellationToken) => handler.TakeAsync(context, cancellationToken)).DisableAntiforgery().RefusedWhileSuspended()
            .Documented("Upload a CSV file", $"The body may be packed with gzip (Content-Encoding: gzip). Answered once every row is stored; from then on the job goes by itself. At most {UploadStaging.MaxOfTenant} files of one tenant are on their way at once: the next is a 429 ({BulkUploadHandler.TooManyCode}). Where there is no memory for another file of whichever tenant, the slowest ends with 408 ({UploadAdmission.DisplacedCode}) and a Retry-After. What a file may be stands under Limits.")
            .TakesIdempotencyKey().Takes<BulkUploadForm>(BulkExamples.Upload, "multipart/form-data").Responds<BulkAccepted>(202, BulkExamples.Accepted);
        sending.MapPost("/columns", BulkColumns.LookAsync)
            .Documented("See what a file's columns would be taken for", "Of a header, before the file is uploaded. It is 200 also where a file with this header would be refused: `problems` says why. Nothing is stored.")
            .Takes<BulkColumnsRequest>(BulkExamples.Columns).Responds<BulkColumnsResponse>(200, BulkExamples.ColumnsTaken);
        Command(sending, "pause", BulkCommand.Pause, "Pause a job", "Nothing more of it is begun.");
        Command(sending, "start", BulkCommand.Start, "Start a checked job", "The rows of a dry run become notifications, without a second upload: all that were not found bad, paced from now on. For 29 days after the check; of all or nothing only if no row is bad.");
        Command(sending, "resume", BulkCommand.Resume, "Resume a paused job", "It goes on where it was.");
        Command(sending, "cancel", BulkCommand.Cancel, "Cancel a job", "Rows that are no notifications yet never become any, and what waits is cancelled within seconds; what has been sent stays sent.");
        sending.MapPost("/{jobId:guid}/retry-failed", RetryAsync).OfOwnMode(ModeOf.BulkJob).Documented("Try a job's failed deliveries again", $"At most {BulkJobStore.MaxRetried:N0} in a call; to be repeated until it answers 0, with a new Idempotency-Key each time if with any.").TakesIdempotencyKey().Responds<BulkRetried>(200, BulkExamples.Retried);

        var reading = routes.MapGroup(Root).WithTags("Bulk jobs").RequireAuthorization(Policies.ReadNotifications);
        reading.MapGet("/", ListAsync).Documented("List jobs, newest first", "Without the samples of dry runs and the counts of deliveries, which the job itself has.")
            .QueryPaging(cursor: true).Query("status", "Only those that are uploading, checking, running, paused, completed, failed, cancelled or checked.").Query("since", "Only those that were uploaded at this time or later.").QueryMode()
            .Responds<Page<BulkJobResponse>>(200, BulkExamples.Jobs);
        reading.MapGet("/{jobId:guid}", GetAsync).OfOwnMode(ModeOf.BulkJob).Documented("Get a job with its progress", "Exact at the moment of the answer.").Responds<BulkJobResponse>(200, BulkExamples.Job);
        reading.MapGet("/{jobId:guid}/items", ItemsAsync).OfOwnMode(ModeOf.BulkJob).Documented(
            "List a job's rows in the order of the file", "A page of one status looks at 2,000 rows or so: it may be short or empty and still have a nextCursor, and its total is left out unless the end was reached.")
            .Query("status", "Only rows of this status: staged, bad, mended, repeated, or a notification's.").QueryPaging(cursor: true)
            .Responds<Page<BulkItem>>(200, BulkExamples.Items);
        reading.MapGet("/{jobId:guid}/errors.csv", ErrorsAsync).OfOwnMode(ModeOf.BulkJob).Documented("Download the bad rows", "The columns as they came, and error_code, error_message and row. Corrected, the file can be uploaded with continues.")
            .RespondsText(200, "text/csv", "email,orderId,error_code,error_message,row\nnobody,A-1009,invalid_email,The address is not valid.,7\n");
        reading.MapGet("/{jobId:guid}/results.csv", ResultsAsync).OfOwnMode(ModeOf.BulkJob).Documented("Download every row's outcome")
            .RespondsText(200, "text/csv", "email,orderId,row,status,notification_id,code,message\nann@example.com,A-1009,2,sent,01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a50,,\n");
    }

    private static void Command(RouteGroupBuilder group, string verb, BulkCommand command, string summary, string description) =>
        group.MapPost($"/{{jobId:guid}}/{verb}", async (Guid jobId, HttpContext context, BulkJobStore jobs, TimeProvider time, CancellationToken cancellationToken) =>
        {
            if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
                return refusal;
            var tenant = context.Caller().Tenant;
            var outcome = await jobs.CommandAsync(
                tenant, jobId, command, Idempotent(context, key, jobId, verb),
                async (connection, job) => Utf8(job, await BatchStore.FindAsync(connection, tenant, jobId, cancellationToken)),
                cancellationToken);
            // What was written as begun before has begun by then, or never will.
            if (command is BulkCommand.Pause or BulkCommand.Cancel && outcome is IdempotentOutcome<BulkJob?>.Done)
                await Task.Delay(BegunCalls.Settled, time, CancellationToken.None);
            return ReplayedResponses.Of(
                context, outcome, StatusCodes.Status200OK, job => job is null ? Problems.NotFound() : Problems.Conflict(Refusal(job, verb)));
        }).OfOwnMode(ModeOf.BulkJob).Documented(summary, description).TakesIdempotencyKey().Responds<BulkJobResponse>(200, BulkExamples.Job);

    private static string Refusal(BulkJob job, string verb) => job switch
    {
        { State: BulkJobState.Checked, Mode: BulkMode.AllOrNothing, Bad: > 0 } when verb == "start" => "The job is all or nothing, and rows of it are bad: mend the file and upload it again.",
        { State: BulkJobState.Checked } when verb == "start" => "The rows of the job are not kept any more: upload the file again.",
        _ => $"A job that is {job.State.ToName()} cannot {verb}.",
    };

    private static async Task<IResult> ListAsync(HttpContext context, BulkJobList list, CancellationToken cancellationToken)
    {
        var tenant = context.Caller().Tenant;
        var query = new QueryReader(context.Request);
        var filter = new BulkJobFilter(query.Choice("status", States), query.Instant("since"), query.Mode(context));
        var scope = $"bulk {tenant} {filter}";
        var paging = query.Paging(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        var page = await list.ListAsync(tenant, filter, paging.Request, cancellationToken);
        return JsonResponse.Of(paging.Respond(page, job => BulkResponses.Of(job, batch: null), scope), BulkJobsJson.Default.PageBulkJobResponse);
    }

    private static async Task<IResult> GetAsync(Guid jobId, HttpContext context, BulkJobStore jobs, BatchStore batches, CancellationToken cancellationToken)
    {
        var tenant = context.Caller().Tenant;
        return await jobs.FindAsync(tenant, jobId, cancellationToken) is { } job
            ? new JsonBytes(StatusCodes.Status200OK, Utf8(job, await batches.FindAsync(tenant, jobId, cancellationToken)))
            : Problems.NotFound();
    }

    private static byte[] Utf8(BulkJob job, Batch? batch) => ReadableJson.Utf8(BulkResponses.Of(job, batch), BulkJobsJson.Default.BulkJobResponse);

    private static IdempotentRequest? Idempotent(HttpContext context, string? key, Guid job, string verb) =>
        key is null ? null : new IdempotentRequest(key, $"{Root}/{job}/{verb}", default, context.Caller().Live);

    private static async Task<IResult> ItemsAsync(Guid jobId, HttpContext context, BulkJobStore jobs, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var status = query.Choice("status", OutcomeNumbers) is { } number ? Outcomes[number] : null;
        var scope = $"bulk items {jobId} {status}";
        var paging = query.Paging(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        if (await jobs.FindAsync(context.Caller().Tenant, jobId, cancellationToken) is not { } job)
            return Problems.NotFound();
        var walk = new BulkItemsWalk(jobs, job, context.Caller().Tenant, status);
        var page = paging switch
        {
            { ByCursor: true } => new Page<BulkItem>(await walk.ReadAsync(Place(paging.After ?? Guid.Empty), paging.Limit, cancellationToken), Pagination: null, Cursor()),
            _ when status is null => Numbered(await walk.ReadFromAsync(paging.Offset, paging.Limit, cancellationToken)),
            _ => Numbered(await walk.ReadOfStatusAsync(paging.Offset, paging.Limit, cancellationToken)),
        };
        return JsonResponse.Of(page, BulkJobsJson.Default.PageBulkItem);

        Page<BulkItem> Numbered(IReadOnlyList<BulkItem> items) => new(
            items, Pagination.Of(paging.Page, paging.Limit, walk.Next is not null && items.Count == paging.Limit, walk.Total is { } total ? ListTotal.Of(total) : null), Cursor());

        string? Cursor() => walk.Next is var (range, index) ? ListCursor.Write(Place(range, index), scope) : null;
    }

    /// <summary>A cursor is an id; a row's is made of its row range and its place in it.</summary>
    private static Guid Place(int range, int index) => new(range, 0, 0, [0, 0, 0, 0, .. BitConverter.GetBytes(index)]);

    private static (int Range, int Index) Place(Guid cursor)
    {
        Span<byte> bytes = stackalloc byte[16];
        cursor.TryWriteBytes(bytes);
        return (Math.Max(0, BitConverter.ToInt32(bytes[..4])), Math.Max(0, BitConverter.ToInt32(bytes[12..])));
    }

    private static async Task<IResult> ErrorsAsync(Guid jobId, HttpContext context, BulkJobStore jobs, CancellationToken cancellationToken)
    {
        var tenant = context.Caller().Tenant;
        if (await jobs.FindAsync(tenant, jobId, cancellationToken) is not { } job)
            return Problems.NotFound();
        await BulkFiles.WriteErrorsAsync(context.Response, job, jobs.ErrorsAsync(tenant, jobId, cancellationToken), cancellationToken);
        return Results.Empty;
    }

    private static async Task<IResult> ResultsAsync(Guid jobId, HttpContext context, BulkJobStore jobs, CancellationToken cancellationToken)
    {
        var tenant = context.Caller().Tenant;
        if (await jobs.FindAsync(tenant, jobId, cancellationToken) is not { } job)
            return Problems.NotFound();
        await BulkFiles.WriteResultsAsync(context.Response, job, jobs.ResultsAsync(tenant, jobId, 0, cancellationToken), cancellationToken);
        return Results.Empty;
    }

    private static async Task<IResult> RetryAsync(Guid jobId, HttpContext context, BulkJobStore jobs, NotificationCommands commands, CancellationToken cancellationToken)
    {
        if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
            return refusal;
        var tenant = context.Caller().Tenant;
        if (await jobs.FindAsync(tenant, jobId, cancellationToken) is null)
            return Problems.NotFound();
        var outcome = await commands.RequeueAsync(
            context.Caller(), await jobs.FailedAsync(tenant, jobId, cancellationToken), Idempotent(context, key, jobId, "retry-failed"),
            static requeued => ReadableJson.Utf8(new BulkRetried(requeued), BulkRetriedJson.Default.BulkRetried), cancellationToken);
        return ReplayedResponses.Of(context, outcome, StatusCodes.Status200OK, static _ => Problems.NotFound());
    }
}

/// <summary>Deliveries that are queued again.</summary>
public sealed record BulkRetried(int Requeued);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase)]
[System.Text.Json.Serialization.JsonSerializable(typeof(BulkRetried))]
internal sealed partial class BulkRetriedJson : System.Text.Json.Serialization.JsonSerializerContext;
