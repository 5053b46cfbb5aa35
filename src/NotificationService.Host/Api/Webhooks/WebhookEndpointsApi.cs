using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Storage;
using NotificationService.Webhooks;

namespace NotificationService.Host.Api.Webhooks;

/// <summary>A tenant's webhook endpoints. Secrets are shown once; header values go in and never come out.</summary>
public static class WebhookEndpointsApi
{
    private const string Path = "/api/v1/admin/webhook-endpoints";
    private const string Example =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a51","url":"https://example.com/hooks/notifications","events":["delivery.*"],"description":"Order desk","enabled":true,"payload":"full","headers":{"Authorization":"Bea…wxyz"},"filters":{"channels":["email"],"categories":null,"batchIds":null},"secrets":[{"createdAt":"2026-11-21T09:00:00.000000Z","retiresAt":null}],"disabledAt":null,"disabledReason":null,"failingSince":null,"lastFailure":null,"failures":0,"createdAt":"2026-11-21T09:00:00.000000Z","updatedAt":"2026-11-21T09:00:00.000000Z"}""";

    private static readonly string ExampleWithSecret =
        Example.Replace("\"events\"", "\"secret\":\"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\",\"events\"", StringComparison.Ordinal);

    public static void MapWebhookEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup(Path).WithTags("Webhook endpoints").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses();
        group.MapGet("/", ListAsync).Documented("List webhook endpoints").QueryPaging()
            .Responds<Page<WebhookEndpointResponse>>(200, $$$"""{"items":[{{{Example}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        group.MapPost("/", CreateAsync)
            .Documented("Create a webhook endpoint", "The secret stands in this answer and nowhere else. A tenant has at most 50 endpoints. The address comes back as it will be called.")
            .Takes<WebhookEndpointRequest>("""{"url":"https://example.com/hooks/notifications","events":["delivery.*"],"description":"Order desk","payload":"full","headers":{"Authorization":"Bearer …"},"filters":{"channels":["email"]}}""")
            .Responds<WebhookEndpointResponse>(201, ExampleWithSecret);
        group.MapGet("/{id:guid}", GetAsync).Documented("Get a webhook endpoint").Responds<WebhookEndpointResponse>(200, Example);
        group.MapPatch("/{id:guid}", PatchAsync)
            .Documented("Change a webhook endpoint", "What is left out stays. Of the headers, each named one is replaced, or removed by null. If the address moves to another host or port, stored headers are to be given again. Enabled again after it was disabled, it begins anew.")
            .Takes<WebhookEndpointRequest>("""{"enabled":true,"events":["delivery.failed","delivery.bounced"]}""").Responds<WebhookEndpointResponse>(200, Example);
        group.MapPut("/{id:guid}", PutAsync).Documented("Replace a webhook endpoint", "As create, but headers that are still masked stay, and so do the secrets.")
            .Takes<WebhookEndpointRequest>("""{"url":"https://example.com/hooks/notifications","events":["delivery.*"],"headers":{"Authorization":"Bea…wxyz"}}""")
            .Responds<WebhookEndpointResponse>(200, Example);
        group.MapDelete("/{id:guid}", DeleteAsync).Documented("Delete a webhook endpoint", "What is queued for it is dropped; its delivery log goes with it.").RespondsNoContent();
        group.MapPost("/{id:guid}/rotate-secret", RotateAsync)
            .Documented("Replace the signing secret", "The new secret stands in this answer and nowhere else. The old one signs too for 24 hours, or as long as is asked for: at most ten old ones at a time. The body may be left out.")
            .Takes<RotateWebhookSecretRequest>("""{"keepOldForHours":24}""").Responds<WebhookEndpointResponse>(200, ExampleWithSecret);
    }

    private static async Task<IResult> ListAsync(HttpContext context, WebhookEndpointStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var paging = query.Paging();
        if (query.Refusal() is { } refusal)
            return refusal;
        var (rows, total) = await store.ListAsync(context.Caller().Tenant, paging.Offset, paging.Limit, cancellationToken);
        return JsonResponse.Of(paging.Numbered<WebhookEndpointResponse>([.. rows.Select(row => WebhookEndpointResponse.Of(row, time.GetUtcNow()))], total), WebhooksJson.Default.PageWebhookEndpointResponse);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, WebhookEndpointEditor editor, TimeProvider time, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, WebhooksJson.Default.WebhookEndpointRequest, cancellationToken)).Value;
        if (body.Check(whole: true) is { Count: > 0 } errors)
            return Problems.Validation(errors);
        var saved = await editor.CreateAsync(context.Caller(), body.ToInput(whole: true), cancellationToken);
        if (saved is WebhookEndpointSaved.Saved { Row.Id: var id })
        {
            context.Response.Headers.Location = $"{Path}/{id}";
            context.Response.Headers.CacheControl = "no-store";
        }

        return Respond(saved, time, StatusCodes.Status201Created);
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, WebhookEndpointStore store, TimeProvider time, CancellationToken cancellationToken) =>
        await store.FindAsync(context.Caller().Tenant, id, cancellationToken) is { } row
            ? JsonResponse.Of(WebhookEndpointResponse.Of(row, time.GetUtcNow()), WebhooksJson.Default.WebhookEndpointResponse)
            : Problems.NotFound();

    private static Task<IResult> PatchAsync(Guid id, HttpContext context, WebhookEndpointEditor editor, TimeProvider time, CancellationToken cancellationToken) =>
        UpdateAsync(id, context, editor, time, whole: false, cancellationToken);

    private static Task<IResult> PutAsync(Guid id, HttpContext context, WebhookEndpointEditor editor, TimeProvider time, CancellationToken cancellationToken) =>
        UpdateAsync(id, context, editor, time, whole: true, cancellationToken);

    private static async Task<IResult> UpdateAsync(Guid id, HttpContext context, WebhookEndpointEditor editor, TimeProvider time, bool whole, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, WebhooksJson.Default.WebhookEndpointRequest, cancellationToken)).Value;
        if (body.Check(whole) is { Count: > 0 } errors)
            return Problems.Validation(errors);
        return Respond(await editor.UpdateAsync(context.Caller(), id, body.ToInput(whole), cancellationToken), time, StatusCodes.Status200OK);
    }

    private static async Task<IResult> DeleteAsync(Guid id, HttpContext context, WebhookEndpointEditor editor, CancellationToken cancellationToken) =>
        await editor.DeleteAsync(context.Caller(), id, cancellationToken) ? Results.NoContent() : Problems.NotFound();

    private static async Task<IResult> RotateAsync(Guid id, HttpContext context, WebhookEndpointEditor editor, TimeProvider time, CancellationToken cancellationToken)
    {
        var hours = (await JsonBody.ReadOptionalAsync(context.Request, WebhooksJson.Default.RotateWebhookSecretRequest, cancellationToken))?.Value.KeepOldForHours
            ?? RotateWebhookSecretRequest.DefaultHours;
        if (hours is < 0 or > RotateWebhookSecretRequest.MaxHours)
            return Problems.Validation("/keepOldForHours", "number_range", $"The old secret signs for 0 to {RotateWebhookSecretRequest.MaxHours} hours more.");
        switch (await editor.RotateAsync(context.Caller(), id, TimeSpan.FromHours(hours), cancellationToken))
        {
            case WebhookSecretRotated.Rotated rotated:
                context.Response.Headers.CacheControl = "no-store";
                return JsonResponse.Of(WebhookEndpointResponse.Of(rotated.Row, time.GetUtcNow(), rotated.Secret), WebhooksJson.Default.WebhookEndpointResponse);
            case WebhookSecretRotated.TooMany full:
                return Problems.Conflict($"Ten old secrets still sign. The next of them retires at {Rfc3339.InSentence(full.NextRetiresAt)}; rotate again after that.", "too_many_secrets");
            case WebhookSecretRotated.ChangedMeanwhile:
                return ChangedMeanwhile();
            default:
                return Problems.NotFound();
        }
    }

    private static IResult Respond(WebhookEndpointSaved saved, TimeProvider time, int status) => saved switch
    {
        WebhookEndpointSaved.Saved done => JsonResponse.Of(WebhookEndpointResponse.Of(done.Row, time.GetUtcNow(), done.Secret), WebhooksJson.Default.WebhookEndpointResponse, statusCode: status),
        WebhookEndpointSaved.Invalid invalid => Problems.Validation([.. invalid.Errors.Select(error => new FieldError(error.Pointer, error.Code, error.Message))]),
        WebhookEndpointSaved.LimitReached => Problems.Conflict($"A tenant has at most {WebhookEndpointEditor.Max} webhook endpoints. Delete one that is no longer used.", "limit_reached"),
        WebhookEndpointSaved.ChangedMeanwhile => ChangedMeanwhile(),
        _ => Problems.NotFound(),
    };

    private static ProblemResult ChangedMeanwhile() => Problems.Conflict("The endpoint was changed at the same moment. Read it again.");
}
