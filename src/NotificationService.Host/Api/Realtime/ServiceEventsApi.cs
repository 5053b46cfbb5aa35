using NotificationService.Host.Api.Notifications;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Observability;
using NotificationService.Notifications;
using NotificationService.Realtime;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Realtime;

/// <summary>What backends publish to people who are connected.</summary>
public static class ServiceEventsApi
{
    private const string Route = "/api/v1/services/events";

    private const string Example = """{"type":"ticket.created","audience":{"groups":["landlord","customer:42"]},"data":{"ticketId":"T-17"}}""";

    public static void MapServiceEvents(this IEndpointRouteBuilder routes) => routes.MapPost(Route, PublishAsync).WithTags("Real time").RequireAuthorization(Policies.PublishEvents).RefusedWhileSuspended()
        .Documented(
            "Publishes an event to people who are connected",
            $"`audience` is one object or at most {Audience.MaxAlternatives}, of which one has to let a person in. Within an object everything has to hold: `users` and `roles` and `rooms` name some of which the person is or is in one, `groups` name groups of which the person is in all, `tenant` means everybody. Whoever is away is given it when coming back, for as long as `Notification__Realtime__Keep` says. `data` has at most {ServiceEventRequest.MaxDataBytes} bytes. With `notify` each person whom the audience names by `users` is also sent a notification, in the same transaction; that takes the scope `notifications:send` as well. What a test account publishes reaches nobody.")
        .TakesIdempotencyKey().Takes<ServiceEventRequest>(Example).Responds<PublishedResponse>(202, """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a05"}""");

    private static async Task<IResult> PublishAsync(HttpContext context, EventPublisher publisher, IdempotentWork work, ItemRates rates, CancellationToken cancellationToken)
    {
        if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
            return refusal;
        var body = await JsonBody.ReadAsync(context.Request, ServiceEventsJson.Default.ServiceEventRequest, BodyPolicy.Event, cancellationToken);
        if (!body.TryGet(out var request, out refusal))
            return refusal;
        var (publication, errors) = request.Check();
        if (publication is null)
            return Problems.Validation(errors);
        var caller = context.Caller();
        var idempotent = key is null ? null : new IdempotentRequest(key, Route, body.Utf8, caller.Live);
        if (publication.Notify is { } notify)
        {
            if (!Policies.All[Policies.SendNotifications].Allows(caller))
                return Problems.Of(403, "forbidden", "This caller may not do that", $"'notify' sends notifications, for which the scope '{Scopes.Send}' is needed.");
            if (await work.RepeatedAsync<RealtimeEvent>(caller.Tenant, idempotent, cancellationToken) is { } before)
                return Respond(context, before);
            if (await rates.TakeAsync(context, caller, notify.People.Count, "/audience", cancellationToken) is { } tooMany)
                return tooMany;
        }

        try
        {
            return await publisher.PublishAsync(caller, publication, idempotent, Traces.Parent(), cancellationToken) switch
            {
                PublishOutcome.Decided decided => Respond(context, decided.Outcome),
                PublishOutcome.Invalid invalid => NotificationsApi.Invalid(invalid.Issues),
                _ => throw new InvalidOperationException("a closed set"),
            };
        }
        catch (RecipientsUnavailableException)
        {
            return Problems.Unavailable(NotificationsApi.UserServiceRetryAfter);
        }
    }

    private static IResult Respond(HttpContext context, IdempotentOutcome<RealtimeEvent> outcome) =>
        ReplayedResponses.Of(context, outcome, StatusCodes.Status202Accepted, static _ => throw new InvalidOperationException("nothing could refuse it"));
}
