using NotificationService.EventRules;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;

namespace NotificationService.Host.Api.EventRules;

/// <summary>Which of the tenant's own events become which notifications.</summary>
public static class EventRulesApi
{
    private const string Root = "/api/v1/admin/event-rules";

    private const string Wanted =
        """{"type":"com.example.order.shipped","template":"order-shipped","channels":["email","in_app"],"recipient":{"userId":"data.customer.id","email":"data.customer.email"},"data":{"orderId":"data.order.number"},"category":"shipping","priority":"high","enabled":true}""";

    private const string Example =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a61","type":"com.example.order.shipped","template":"order-shipped","channels":["email","in_app"],"recipient":{"userId":"data.customer.id","email":"data.customer.email"},"data":{"orderId":"data.order.number"},"category":"shipping","priority":"high","enabled":true,"createdAt":"2026-11-21T09:00:00.000000Z","updatedAt":"2026-11-21T09:00:00.000000Z"}""";

    public static void MapEventRules(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Root).WithTags("Event rules").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses();
        group.MapGet("/", ListAsync).Documented("List event rules").QueryPaging().Query("type", "Only for events of this type.")
            .Responds<Page<EventRuleResponse>>(200, $$$"""{"items":[{{{Example}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        group.MapPost("/", CreateAsync).Documented("Create an event rule", $"Each event of the type becomes a notification: the template is sent to whom the paths lead to. A path is {EventPath.Rule}. Of one type there are at most {EventRuleStore.MaxOfType} rules, and each makes a notification of its own. A template that is not published is refused (422 `template_unknown`) unless `allowMissing` is true.")
            .Takes<EventRuleRequest>(Wanted).Responds<EventRuleResponse>(201, Example);
        group.MapGet("/{id}", GetAsync).Documented("Get an event rule").Responds<EventRuleResponse>(200, Example);
        group.MapPut("/{id}", ReplaceAsync).Documented("Replace an event rule", "It counts for events that are read from then on. A template that is not published is refused (422 `template_unknown`) unless `allowMissing` is true.").Takes<EventRuleRequest>(Wanted).Responds<EventRuleResponse>(200, Example);
        group.MapDelete("/{id}", RemoveAsync).Documented("Delete an event rule", "Events of a type for which there is no rule are left alone.").RespondsNoContent();
    }

    private static async Task<IResult> ListAsync(HttpContext context, EventRuleStore store, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var (type, paging) = (query.Text("type", EventRuleInput.LongestType), query.Paging());
        if (query.Refusal() is { } refusal)
            return refusal;
        var (rows, total) = await store.ListAsync(context.Caller().Tenant, type, paging.Offset, paging.Limit, cancellationToken);
        return JsonResponse.Of(paging.Numbered<EventRuleResponse>([.. rows.Select(EventRuleResponse.Of)], total), EventRulesJson.Default.PageEventRuleResponse);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, EventRuleStore store, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, EventRulesJson.Default.EventRuleRequest, cancellationToken)).Value;
        var saved = await store.CreateAsync(context.Caller(), body.ToInput(), cancellationToken);
        if (saved is EventRuleSaved.Saved { Rule.Id: var id })
            context.Response.Headers.Location = $"{Root}/{id}";
        return Respond(saved, StatusCodes.Status201Created);
    }

    private static async Task<IResult> GetAsync(string id, HttpContext context, EventRuleStore store, CancellationToken cancellationToken) =>
        Guid.TryParse(id, out var key) && await store.FindAsync(context.Caller().Tenant, key, cancellationToken) is { } rule
            ? JsonResponse.Of(EventRuleResponse.Of(rule), EventRulesJson.Default.EventRuleResponse)
            : Problems.NotFound();

    private static async Task<IResult> ReplaceAsync(string id, HttpContext context, EventRuleStore store, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, EventRulesJson.Default.EventRuleRequest, cancellationToken)).Value;
        return Guid.TryParse(id, out var key)
            ? Respond(await store.ReplaceAsync(context.Caller(), key, body.ToInput(), cancellationToken), StatusCodes.Status200OK)
            : Problems.NotFound();
    }

    private static async Task<IResult> RemoveAsync(string id, HttpContext context, EventRuleStore store, CancellationToken cancellationToken) =>
        Guid.TryParse(id, out var key) && await store.RemoveAsync(context.Caller(), key, cancellationToken) ? Results.NoContent() : Problems.NotFound();

    private static IResult Respond(EventRuleSaved saved, int status) => saved switch
    {
        EventRuleSaved.Saved done => JsonResponse.Of(EventRuleResponse.Of(done.Rule), EventRulesJson.Default.EventRuleResponse, statusCode: status),
        EventRuleSaved.Invalid invalid => Problems.Validation([.. invalid.Issues.Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message))]),
        EventRuleSaved.TooMany full => Problems.Conflict(full.Reason, "too_many"),
        EventRuleSaved.ChangedMeanwhile => Problems.Conflict("Somebody else changed the rule at the same moment. Read it again."),
        _ => Problems.NotFound(),
    };
}
