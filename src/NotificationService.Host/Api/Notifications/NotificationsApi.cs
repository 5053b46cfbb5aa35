using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Host.Api.Topics;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Host.Observability;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Notifications;

/// <summary>Notifications: send one, look at them, cancel one, try it again.</summary>
public static class NotificationsApi
{
    private const string Root = "/api/v1/services/notifications";
    internal const string SendRoute = $"{Root}/send";
    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan UserServiceRetryAfter = TimeSpan.FromSeconds(5);

    public static void MapNotifications(this IEndpointRouteBuilder routes)
    {
        var sending = routes.MapGroup(Root).WithTags("Notifications").RequireAuthorization(Policies.SendNotifications);
        sending.MapPost("/send", SendAsync).RefusedWhileSuspended().Documented("Send a notification", "Answered after it is stored: from then on it is not lost. With ?dryRun=true the same decisions are made and the rendered content is given back with their explanation (200); nothing is stored or sent. To topics, `\"to\": { \"topic\": \"building-7\" }` in place of the recipient: the answer is `{ batchId, status: \"queued\", topic }`, each subscriber is sent a notification of that batch in the background, and a dry run is refused.")
            .Query("dryRun", "Whether to decide and render only.", "boolean").TakesIdempotencyKey()
            .Takes<SendNotificationRequest>(NotificationExamples.Send).Responds<AcceptedResponse>(202, NotificationExamples.Accepted).OrResponds<TopicSendResponse>(202).Responds<DryRunResponse>(200, NotificationExamples.DryRun);
        sending.MapPost("/{id:guid}/cancel", CancelAsync).OfOwnMode(ModeOf.Notification).Documented("Cancel a notification", "Says of each delivery whether it was in time. 409 if it was for none.")
            .TakesIdempotencyKey().Responds<CommandResponse>(200, NotificationExamples.Cancelled);
        sending.MapPost("/{id:guid}/retry", RetryAsync).OfOwnMode(ModeOf.Notification).Documented("Try failed and expired deliveries again", "Their schedule starts over. 409 if there is none that could be tried again, 410 (content_expired) if its content is no longer kept.").Produces<Problem>(StatusCodes.Status410Gone, Problem.ContentType)
            .TakesIdempotencyKey().Responds<CommandResponse>(200, NotificationExamples.Retried);

        var reading = routes.MapGroup(Root).WithTags("Notifications").RequireAuthorization(Policies.ReadNotifications);
        reading.MapGet("/", ListAsync).Documented("List notifications, newest first", $"Numbered pages reach the newest {PageRequest.Reach}, and totals count no further; with a cursor the walk goes on to the end. status, channel, category and priority, and the second of two filters, are tried on {PageRequest.ScanLimit} notifications a page: it may be short or empty and still have a nextCursor. A numbered page has a total without a filter, with one of template, reference and userId, and with status=failed, bounced, suppressed, expired or cancelled, which are found at once, with or without a channel; since, until and mode may be added to each. With anything else it is left out, unless the page is the last.")
            .QueryPaging(cursor: true).Query("status", $"Only with a delivery in this status: {DeliveryStatuses.Names}.").Query("channel", $"Only with a delivery on this channel: {ChannelKinds.Names}.")
            .Query("template", "Only of the template with this key.").Query("reference", "Only with this reference.").Query("category", "Only of this category.")
            .Query("priority", $"Only of this priority: {Priorities.Names}.").QueryMode().Query("userId", "Only to this person.").Query("since", "Only accepted at this time or later.").Query("until", "Only accepted before this time.")
            .Responds<Page<NotificationSummary>>(200, NotificationExamples.Page);
        reading.MapGet("/{id:guid}", GetAsync).OfOwnMode(ModeOf.Notification).Documented("Get a notification with its deliveries and their attempts").Responds<NotificationResponse>(200, NotificationExamples.Details);
        reading.MapGet("/{id:guid}/timeline", TimelineAsync).OfOwnMode(ModeOf.Notification).Documented("Get every change of a notification's deliveries").Responds<TimelineResponse>(200, NotificationExamples.Timeline);
        reading.MapGet("/{id:guid}/explain", ExplainAsync).OfOwnMode(ModeOf.Notification).Documented("Explain what was decided about a notification, and why", "In order: the sender, the template's version and locale, channels that were left out, what waits and for what, each provider and attempt, what was reported later, and the end. Codes are stable, messages are for people. The settings of a provider are those of now.")
            .Responds<ExplanationResponse>(200, NotificationExamples.Explanation);
    }

    private static async Task<IResult> SendAsync(HttpContext context, NotificationIntake intake, DryRun dryRun, TopicSendHandler topics, CancellationToken cancellationToken)
    {
        var isDry = false;
        if (context.Request.QueryString.HasValue)
        {
            var query = new QueryReader(context.Request);
            isDry = query.Flag("dryRun");
            if (query.Refusal() is { } unknown)
                return unknown;
        }

        if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
            return refusal;
        var body = await JsonBody.ReadAsync(context.Request, NotificationsJson.Default.SendNotificationRequest, cancellationToken);
        if (!body.TryGet(out var request, out refusal))
            return refusal;

        if (request.To is not null)
            return await topics.SendAsync(context, request, body.Utf8, key, isDry, cancellationToken);
        var caller = context.Caller();
        if (isDry)
        {
            var (report, issues) = await dryRun.RunAsync(caller, request.ToRequest(), cancellationToken);
            return report is null ? Invalid(issues) : JsonResponse.Of(DryRunResponse.Of(report), NotificationsJson.Default.DryRunResponse);
        }

        var idempotent = key is null ? null : new IdempotentRequest(key, SendRoute, body.Utf8, caller.Live);
        return Respond(context, await intake.AcceptAsync(caller, request.ToRequest(), idempotent, Traces.Parent(), cancellationToken));
    }

    private static async Task<IResult> ListAsync(HttpContext context, NotificationList list, CancellationToken cancellationToken)
    {
        var tenant = context.Caller().Tenant;
        var query = new QueryReader(context.Request);
        var filter = NotificationLists.ReadFilter(query) with { Live = query.Mode(context) };
        var scope = NotificationLists.CursorScope("notifications", tenant, filter);
        var paging = query.Paging(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        var page = await list.ListAsync(tenant, filter, paging.Request, cancellationToken);
        return JsonResponse.Of(paging.Respond(page, NotificationSummary.Of, scope), NotificationsJson.Default.PageNotificationSummary);
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, NotificationQueries queries, CancellationToken cancellationToken) =>
        IsNotification(id) && await queries.FindAsync(context.Caller().Tenant, new NotificationId(id), cancellationToken) is { } found
            ? JsonResponse.Of(NotificationResponse.Of(found), NotificationsJson.Default.NotificationResponse)
            : Problems.NotFound();

    private static async Task<IResult> TimelineAsync(Guid id, HttpContext context, NotificationQueries queries, CancellationToken cancellationToken) =>
        IsNotification(id) && await queries.TimelineAsync(context.Caller().Tenant, new NotificationId(id), cancellationToken) is { } steps
            ? JsonResponse.Of(new TimelineResponse([.. steps.Select(TimelineItem.Of)]), NotificationsJson.Default.TimelineResponse)
            : Problems.NotFound();

    private static async Task<IResult> ExplainAsync(Guid id, HttpContext context, Explanations explanations, CancellationToken cancellationToken) =>
        IsNotification(id) && await explanations.OfAsync(context.Caller().Tenant, new NotificationId(id), cancellationToken) is { } explanation
            ? JsonResponse.Of(ExplanationResponse.Of(explanation), NotificationsJson.Default.ExplanationResponse)
            : Problems.NotFound();

    private static Task<IResult> CancelAsync(Guid id, HttpContext context, NotificationCommands commands, CancellationToken cancellationToken) => CommandAsync(
        id, "cancel", context, commands.CancelAsync, at => $"It is too late to cancel: {at}.", cancellationToken);

    private static async Task<IResult> RetryAsync(Guid id, HttpContext context, NotificationCommands commands, NotificationQueries queries, CancellationToken cancellationToken) =>
        IsNotification(id) && await queries.FindAsync(context.Caller().Tenant, new NotificationId(id), cancellationToken) is { ContentRedactedAt: not null }
            ? Problems.Of(410, "content_expired", "The content is no longer kept", "Content and addresses were taken out after the time for which the tenant keeps them. Send it anew.")
            : await CommandAsync(id, "retry", context, commands.RetryAsync, at => $"Only what failed or expired, and has an address, can be tried again: {at}.", cancellationToken);

    private static async Task<IResult> CommandAsync(
        Guid id, string verb, HttpContext context, Func<AuditActor, NotificationId, IdempotentRequest?, CancellationToken, Task<CommandOutcome>> command,
        Func<string, string> notPossible, CancellationToken cancellationToken)
    {
        if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
            return refusal;
        _ = (await JsonBody.ReadOptionalAsync(context.Request, NotificationsJson.Default.CommandRequest, cancellationToken))?.Value;
        if (!IsNotification(id))
            return Problems.NotFound();
        var idempotent = key is null ? null : new IdempotentRequest(key, $"{Root}/{id}/{verb}", default, context.Caller().Live);
        return await command(context.Caller(), new NotificationId(id), idempotent, cancellationToken) switch
        {
            CommandOutcome.Done done => new JsonBytes(StatusCodes.Status200OK, done.Response),
            CommandOutcome.Replayed replayed => ReplayedResponses.Replay(context, replayed.Before),
            CommandOutcome.KeyMismatch => ReplayedResponses.KeyMismatch,
            CommandOutcome.NotFound => Problems.NotFound(),
            CommandOutcome.NotPossible { Deliveries: var deliveries } =>
                Problems.Conflict(notPossible(string.Join(", ", deliveries.Select(delivery => $"{delivery.Id.Channel.ToName()} is {delivery.Status.ToName()}")))),
            _ => throw new InvalidOperationException("a closed set"),
        };
    }

    internal static IResult Respond(HttpContext context, IntakeOutcome outcome)
    {
        switch (outcome)
        {
            case IntakeOutcome.Accepted accepted:
                context.Response.Headers.Location = $"{Root}/{accepted.Id}";
                return new JsonBytes(StatusCodes.Status202Accepted, accepted.Response);
            case IntakeOutcome.Replayed replayed:
                return ReplayedResponses.Replay(context, replayed.Before);
            case IntakeOutcome.KeyMismatch:
                return ReplayedResponses.KeyMismatch;
            case IntakeOutcome.Invalid invalid:
                return Invalid(invalid.Issues);
            case IntakeOutcome.Busy:
                return Problems.Unavailable(BusyRetryAfter);
            case IntakeOutcome.Unavailable:
                return Problems.Unavailable(UserServiceRetryAfter);
            default:
                throw new InvalidOperationException("a closed set");
        }
    }

    /// <summary>What is nobody's mistake and may pass is sent again as it is; what the day has no more of, on another day.</summary>
    internal static ProblemResult Invalid(IReadOnlyList<RequestIssue> issues) => issues.Any(RecipientCompletion.MayPass)
        ? Problems.Unavailable(UserServiceRetryAfter)
        : issues is [{ RetryAfter: { } wait } limit] ? Problems.LimitReached(limit.Code, limit.Message, wait)
        : issues is [{ Code: NotificationPreparer.CategoryLimitCode } full] ? Problems.CategoryLimit(full)
        : Problems.Validation([.. issues.Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message))]);

    /// <summary>Ids of deliveries look alike and are none.</summary>
    private static bool IsNotification(Guid id) => NotificationId.From(id).Value == id;
}
