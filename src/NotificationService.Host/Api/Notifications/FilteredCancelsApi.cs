using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.Host.Api.Notifications;

/// <summary>Cancels everything that is about something: asked for, done in the background, looked at.</summary>
public static class FilteredCancelsApi
{
    private const string Route = "/api/v1/services/notifications/cancel";
    private const string Example =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a51","status":"running","live":true,"filter":{"topic":"building-7","category":"maintenance"},"lookedAt":12000,"cancelled":240,"createdAt":"2026-11-21T09:00:00.000000Z"}""";

    private static readonly TimeSpan FullRetryAfter = TimeSpan.FromSeconds(30);

    public static void MapFilteredCancels(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(Route, BeginAsync).WithTags("Notifications").RequireAuthorization(Policies.SendNotifications)
            .Documented(
                "Cancel everything that is about something",
                "What was accepted before, fits all that the filter says, and has not begun. `topic` means what was sent to it or below it. It goes on in the background; what goes to topics and is all of it meant goes no further at once. A service account cancels what its own mode sent.")
            .TakesIdempotencyKey().Query("mode", "live (the default) or test: what a person means. A service account has its own.")
            .Takes<CancelRequest>("""{"filter":{"topic":"building-7","category":"maintenance"}}""").Responds<CancelBegunResponse>(202, """{"jobId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a51"}""");
        routes.MapGet($"{Route}/{{jobId:guid}}", GetAsync).WithTags("Notifications").RequireAuthorization(Policies.ReadNotifications)
            .Documented("Get how far a cancelling is", "`cancelled` counts deliveries. Kept for 30 days after its end.").Responds<CancelJobResponse>(200, Example);
    }

    private static async Task<IResult> BeginAsync(HttpContext context, FilteredCancels cancels, IdempotentWork work, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var live = query.Mode(context) ?? true;
        if (query.Refusal() is { } unknown)
            return unknown;
        if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
            return refusal;
        var body = await JsonBody.ReadAsync(context.Request, CancelsJson.Default.CancelRequest, cancellationToken);
        if (!body.TryGet(out var request, out refusal))
            return refusal;
        var errors = request.Check();
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var caller = context.Caller();
        var outcome = await work.RunAsync(
            caller.Tenant, key is null ? null : new IdempotentRequest(key, Route, body.Utf8, live), StatusCodes.Status202Accepted,
            async connection =>
            {
                var begun = await cancels.BeginAsync(connection, caller, live, request.Filter!.ToFilter(), cancellationToken);
                return (begun, begun is { } id ? ReadableJson.Utf8(new CancelBegunResponse(id), CancelsJson.Default.CancelBegunResponse) : null);
            },
            cancellationToken);
        if (outcome is IdempotentOutcome<Guid?>.Done { Result: { } job })
            context.Response.Headers.Location = $"{Route}/{job}";
        return ReplayedResponses.Of(
            context, outcome, StatusCodes.Status202Accepted,
            static _ => Problems.LimitReached("too_many_cancels", $"At most {FilteredCancels.MaxOpen} of one tenant go on at once. Ask again when another is through.", FullRetryAfter));
    }

    private static async Task<IResult> GetAsync(Guid jobId, HttpContext context, FilteredCancels cancels, CancellationToken cancellationToken) =>
        await cancels.FindAsync(context.Caller().Tenant, context.Caller().OnlyMode, jobId, cancellationToken) is { } found
            ? JsonResponse.Of(CancelJobResponse.Of(found), CancelsJson.Default.CancelJobResponse)
            : Problems.NotFound();
}
