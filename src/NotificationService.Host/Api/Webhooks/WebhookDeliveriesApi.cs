using NotificationService.Events;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Webhooks;

namespace NotificationService.Host.Api.Webhooks;

/// <summary>What was sent to a webhook endpoint, and sending it once more.</summary>
public static class WebhookDeliveriesApi
{
    private const string Attempt =
        """{"number":1,"startedAt":"2026-11-21T09:00:00.000000Z","durationMs":38,"outcome":"failed","error":"http_status","requestHeaders":{"content-type":"application/json","webhook-id":"evt_01994c1e7c1e7b1a8f670d5a2f7c0a01_2","webhook-timestamp":"1795165200","webhook-signature":"v1,…","Authorization":"Bea…wxyz"},"responseStatus":503,"responseHeaders":{"retry-after":"60"},"responseBody":"busy","nextTryAt":"2026-11-21T09:01:00.000000Z"}""";

    private const string Example =
        $$"""{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a61","eventId":"evt_01994c1e7c1e7b1a8f670d5a2f7c0a01_2","type":"delivery.delivered","subject":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a01","sequence":2,"status":"pending","reason":null,"attemptCount":1,"occurredAt":"2026-11-21T09:00:00.000000Z","createdAt":"2026-11-21T09:00:00.000000Z","endedAt":null,"nextTryAt":"2026-11-21T09:01:00.000000Z","live":true,"attempts":[{{Attempt}}]}""";

    private const string Replay =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a71","endpointId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a51","mode":"failed","live":null,"since":"2026-11-20T00:00:00.000000Z","until":"2026-11-21T09:00:00.000000Z","status":"running","queued":0,"reached":"2026-11-20T00:00:00.000000Z","createdAt":"2026-11-21T09:00:00.000000Z"}""";

    private const string Queued = """{"messageId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a61","status":"pending"}""";

    private static readonly string Whole = Example.Replace(
        "\"attempts\":", "\"body\":\"{\\\"type\\\":\\\"delivery.delivered\\\",\\\"timestamp\\\":\\\"2026-11-21T09:00:00.000000Z\\\",\\\"data\\\":{}}\",\"attempts\":", StringComparison.Ordinal);

    private static readonly Dictionary<string, MessageState> States = Enum.GetValues<MessageState>().ToDictionary(state => state.ToName());

    public static void MapWebhookDeliveries(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin/webhook-endpoints/{id:guid}").WithTags("Webhook endpoints").RequireAuthorization(Policies.Operator).OpenToTestAccounts();
        group.MapGet("/deliveries", ListAsync)
            .Documented("List what was sent to an endpoint, newest first", "Kept for 30 days. What is about no notification, batch or job counts as live. With a status or type a page looks at 200 of them: it may be short or empty and still have a nextCursor, and its total is left out.")
            .QueryPaging(cursor: true)
            .Query("status", $"Only of this status: {MessageStates.Names}.").Query("type", "Only of this event type.").QueryMode()
            .Responds<Page<WebhookMessageResponse>>(200, $$$"""{"items":[{{{Example}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        group.MapGet("/deliveries/{messageId:guid}", GetAsync).Documented("Get one message with its body and its attempts", "A service account sees those of its own mode only.").Responds<WebhookMessageResponse>(200, Whole);
        group.MapPost("/deliveries/{messageId:guid}/resend", ResendAsync)
            .Documented("Send one message once more", "Under the same webhook-id, at once and from the beginning of its schedule, whatever became of it before or is to become of it. One that is being sent at this moment is not sent twice. A service account resends those of its own mode only.").Responds<WebhookQueuedResponse>(202, Queued);
        group.MapPost("/test", TestAsync)
            .Documented("Send a sample event", "An ordinary message of the endpoint's queue, to be found under /deliveries. Its ids name nothing, and its full payload has metadata.sample. It is of the mode of the account that asked, a person's is live. The body may be left out.")
            .Takes<TestWebhookRequest>("""{"type":"delivery.delivered"}""").Responds<WebhookQueuedResponse>(202, Queued);
        group.MapPost("/replay", ReplayAsync)
            .Documented("Send everything that failed, or everything there was, once more", "At most 30 days back and one replay of an endpoint at a time. It is queued little by little, so that what happens now is not held up. Messages keep their webhook-id. For a service account it brings back what is of its own mode, for a person both.")
            .Takes<ReplayWebhooksRequest>("""{"mode":"failed","since":"2026-11-20T00:00:00Z"}""").Responds<WebhookReplayResponse>(202, Replay);
        group.MapGet("/replays/{replayId:guid}", GetReplayAsync).Documented("See how far a replay is", "A service account sees those that accounts of its own mode asked for.").Responds<WebhookReplayResponse>(200, Replay);
    }

    private static async Task<IResult> ListAsync(
        Guid id, HttpContext context, WebhookEndpointStore endpoints, WebhookLog log, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var filter = new WebhookMessageFilter(query.Choice("status", States), query.Text("type"), query.Mode(context));
        var tenant = context.Caller().Tenant;
        var scope = $"{tenant} webhooks {id} {filter.State} {filter.Type} {filter.Live}";
        var paging = query.Paging(scope);
        if (query.Refusal() is { } refusal)
            return refusal;
        if (await endpoints.FindAsync(tenant, id, cancellationToken) is null)
            return Problems.NotFound();
        var page = await log.ListAsync(tenant, id, filter, paging.Request, cancellationToken);
        return JsonResponse.Of(paging.Respond(page, WebhookMessageResponse.Of, scope), WebhooksJson.Default.PageWebhookMessageResponse);
    }

    private static async Task<IResult> GetAsync(Guid id, Guid messageId, HttpContext context, WebhookLog log, CancellationToken cancellationToken) =>
        await log.FindAsync(context.Caller().Tenant, id, messageId, context.Caller().OnlyMode, cancellationToken) is { } message
            ? JsonResponse.Of(WebhookMessageResponse.Of(message), WebhooksJson.Default.WebhookMessageResponse)
            : Problems.NotFound();

    private static async Task<IResult> ResendAsync(Guid id, Guid messageId, HttpContext context, WebhookCommands commands, CancellationToken cancellationToken) =>
        Respond(await commands.ResendAsync(context.Caller(), id, messageId, cancellationToken));

    private static async Task<IResult> TestAsync(Guid id, HttpContext context, WebhookCommands commands, CancellationToken cancellationToken)
    {
        var type = (await JsonBody.ReadOptionalAsync(context.Request, WebhooksJson.Default.TestWebhookRequest, cancellationToken))?.Value.Type;
        if (type is not null && !EventTypes.ForEndpoints.Contains(type))
            return Problems.Validation("/type", "event_unknown", $"An event is one of {string.Join(", ", EventTypes.ForEndpoints)}.");
        return Respond(await commands.TestAsync(context.Caller(), id, type, cancellationToken));
    }

    private static async Task<IResult> ReplayAsync(Guid id, HttpContext context, WebhookCommands commands, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, WebhooksJson.Default.ReplayWebhooksRequest, cancellationToken)).Value;
        var now = time.GetUtcNow();
        if (body.Check(now) is { Count: > 0 } errors)
            return Problems.Validation(errors);
        var (mode, since, until) = (body.Mode == "all" ? WebhookReplayMode.All : WebhookReplayMode.Failed, body.Since!.Value.ToUniversalTime(), (body.Until ?? now).ToUniversalTime());
        switch (await commands.ReplayAsync(context.Caller(), id, mode, since, until, cancellationToken))
        {
            case WebhookReplayOutcome.Accepted accepted:
                context.Response.Headers.Location = $"/api/v1/admin/webhook-endpoints/{id}/replays/{accepted.Replay.Id}";
                return JsonResponse.Of(WebhookReplayResponse.Of(accepted.Replay), WebhooksJson.Default.WebhookReplayResponse, statusCode: StatusCodes.Status202Accepted);
            case WebhookReplayOutcome.Running:
                return Problems.Conflict("A replay of this endpoint has not ended yet. See how far it is, and ask again after it.", "replay_running");
            case WebhookReplayOutcome.Disabled:
                return Disabled();
            default:
                return Problems.NotFound();
        }
    }

    private static async Task<IResult> GetReplayAsync(Guid id, Guid replayId, HttpContext context, WebhookCommands commands, CancellationToken cancellationToken) =>
        await commands.FindReplayAsync(context.Caller(), id, replayId, cancellationToken) is { } replay
            ? JsonResponse.Of(WebhookReplayResponse.Of(replay), WebhooksJson.Default.WebhookReplayResponse)
            : Problems.NotFound();

    private static IResult Respond(WebhookCommandOutcome outcome) => outcome switch
    {
        WebhookCommandOutcome.Queued queued => JsonResponse.Of(
            new WebhookQueuedResponse(queued.Message, "pending"), WebhooksJson.Default.WebhookQueuedResponse, statusCode: StatusCodes.Status202Accepted),
        WebhookCommandOutcome.Disabled => Disabled(),
        WebhookCommandOutcome.TooOften => Problems.Conflict("This message has been sent a thousand times. Mend the receiver, and replay what it missed."),
        _ => Problems.NotFound(),
    };

    private static ProblemResult Disabled() => Problems.Conflict("The endpoint is disabled: nothing is sent to it. Enable it first.", "endpoint_disabled");
}
