using System.Diagnostics;
using System.Text;
using NotificationService.Host.Auth;
using NotificationService.Notifications;

namespace NotificationService.Host.Api;

/// <summary>Notifications: send one, look at it, cancel it, try it again.</summary>
public static class NotificationsApi
{
    private const string SendRoute = "/api/v1/services/notifications/send";
    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(1);

    public static void MapNotifications(this IEndpointRouteBuilder routes)
    {
        var sending = routes.MapGroup("/api/v1/services/notifications").WithTags("Notifications").RequireAuthorization(Policies.SendNotifications);
        sending.MapPost("/send", SendAsync).Documented("Send a notification", "Answered after it is stored: from then on it is not lost. With ?dryRun=true the same decisions are made and the rendered content is given back with their explanation (200); nothing is stored or sent.")
            .Query("dryRun", "Whether to decide and render only.", "boolean").TakesIdempotencyKey()
            .Takes<SendNotificationRequest>(NotificationExamples.Send).Answers<AcceptedAnswer>(202, NotificationExamples.Accepted).Answers<DryRunResponse>(200, NotificationExamples.DryRun);

        var reading = routes.MapGroup("/api/v1/services/notifications").WithTags("Notifications").RequireAuthorization(Policies.ReadNotifications);
        reading.MapGet("/{id:guid}", GetAsync).Documented("Get a notification with its deliveries and their attempts").Answers<NotificationResponse>(200, NotificationExamples.Details);
        reading.MapGet("/{id:guid}/timeline", TimelineAsync).Documented("Get every change of a notification's deliveries").Answers<TimelineResponse>(200, NotificationExamples.Timeline);
    }

    private static async Task<IResult> SendAsync(HttpContext context, NotificationIntake intake, DryRun dryRun, CancellationToken cancellationToken)
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

        var caller = context.Caller();
        if (isDry)
        {
            var (report, issues) = await dryRun.RunAsync(caller, request.ToDraft(), cancellationToken);
            return report is null ? Invalid(issues) : Results.Json(DryRunResponse.Of(report), NotificationsJson.Default.DryRunResponse);
        }

        var repeatable = key is null ? null : new RepeatableRequest(key, SendRoute, body.Utf8);
        return Answer(context, await intake.AcceptAsync(caller, request.ToDraft(), repeatable, TraceParent(), cancellationToken));
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, NotificationQueries queries, CancellationToken cancellationToken) =>
        IsNotification(id) && await queries.FindAsync(context.Caller().Tenant, new NotificationId(id), cancellationToken) is { } found
            ? Results.Json(NotificationResponse.Of(found), NotificationsJson.Default.NotificationResponse)
            : Problems.NotFound();

    private static async Task<IResult> TimelineAsync(Guid id, HttpContext context, NotificationQueries queries, CancellationToken cancellationToken) =>
        IsNotification(id) && await queries.TimelineAsync(context.Caller().Tenant, new NotificationId(id), cancellationToken) is { } steps
            ? Results.Json(new TimelineResponse([.. steps.Select(TimelineItem.Of)]), NotificationsJson.Default.TimelineResponse)
            : Problems.NotFound();

    private static IResult Answer(HttpContext context, IntakeOutcome outcome)
    {
        switch (outcome)
        {
            case IntakeOutcome.Accepted accepted:
                context.Response.Headers.Location = $"/api/v1/services/notifications/{accepted.Id}";
                return new JsonBytes(StatusCodes.Status202Accepted, accepted.Answer);
            case IntakeOutcome.Replayed replayed:
                context.Response.Headers["Idempotent-Replayed"] = "true";
                return new JsonBytes(replayed.Before.StatusCode, Encoding.UTF8.GetBytes(replayed.Before.Answer));
            case IntakeOutcome.KeyMismatch:
                return IdempotencyMismatch;
            case IntakeOutcome.Invalid invalid:
                return Invalid(invalid.Issues);
            case IntakeOutcome.Busy:
                return Problems.Unavailable(BusyRetryAfter);
            default:
                throw new InvalidOperationException("a closed set");
        }
    }

    private static ProblemResult IdempotencyMismatch { get; } = Problems.Of(
        422, "idempotency_mismatch", "The Idempotency-Key was used for another request",
        "The same key was sent within 24 hours with another body or to another call. Use a new key for a new request.");

    private static ProblemResult Invalid(IReadOnlyList<DraftIssue> issues) =>
        Problems.Validation([.. issues.Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message))]);

    /// <summary>Ids of deliveries look alike and are none.</summary>
    private static bool IsNotification(Guid id) => NotificationId.From(id).Value == id;

    /// <summary>Worth keeping only where somebody records the trace.</summary>
    private static string? TraceParent() =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity && (activity.Recorded || activity.HasRemoteParent) ? activity.Id : null;
}
