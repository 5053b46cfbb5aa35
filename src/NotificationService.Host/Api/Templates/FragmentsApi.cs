using System.Text;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Templates;
using NotificationService.Templates.Fragments;

namespace NotificationService.Host.Api.Templates;

/// <summary>Layouts and partials by hand. Both have the same routes; which of the two is meant stands in the path.</summary>
public static class FragmentsApi
{
    private const string Root = "/api/v1/admin";
    private const string Stamps = "\"createdAt\":\"2026-11-21T09:00:00.000000Z\",\"updatedAt\":\"2026-11-21T09:00:00.000000Z\"";

    public static void MapFragments(this IEndpointRouteBuilder routes)
    {
        Map(routes, FragmentKind.Layout, """{"key":"card","name":"Card","contents":{"email":{"en":{"html":"<table><tr><td>{{> @content}}</td></tr></table>{{> footer}}"}}}}""", "\"footer\"");
        Map(routes, FragmentKind.Partial, """{"key":"footer","name":"Footer","contents":{"email":{"en":{"html":"<p>Acme Ltd, 1 High Street</p>","text":"Acme Ltd"},"fr":{"html":"<p>Acme SARL</p>"}},"sms":{"en":{"text":"– Acme"}}}}""", "");
    }

    private static void Map(IEndpointRouteBuilder routes, FragmentKind kind, string wanted, string includes)
    {
        var name = kind.ToName();
        var example = $"{wanted[..^1]},\"includes\":[{includes}],\"revision\":1,\"author\":{{\"kind\":\"user\",\"id\":\"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11\"}},{Stamps}}}";
        var edit = $"{{\"contents\":{wanted[(wanted.IndexOf("\"contents\":", StringComparison.Ordinal) + "\"contents\":".Length)..]}";
        var rule = kind == FragmentKind.Layout
            ? "A layout stands around what a template says: each of its texts has {{> @content}} once, where that goes. A template names it by its key as layout."
            : "A partial stands within what a template, a layout or another partial says, wherever {{> key}} is written.";
        var group = routes.MapGroup($"{Root}/{name}s").WithTags("Layouts and partials").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses();
        group.MapGet("/", (HttpContext context, FragmentStore store, CancellationToken cancellationToken) => ListAsync(kind, context, store, cancellationToken))
            .Documented($"List {name}s", "By key, without their contents.").QueryPaging().Query("shared", "true lists those of every tenant in place of the tenant's own.", "boolean")
            .Responds<Page<FragmentItem>>(200, """{"items":[],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":0,"totalIsExact":true,"totalPages":0}}""");
        group.MapPost("/", (HttpContext context, FragmentStore store, CancellationToken cancellationToken) => CreateAsync(kind, context, store, cancellationToken))
            .Documented($"Create a {name}", $"{rule} Keys that begin with shared. are every tenant's, and only platform admins write them.")
            .Takes<CreateFragmentRequest>(wanted).Responds<FragmentResponse>(201, example);
        group.MapGet("/{key}", (string key, HttpContext context, FragmentStore store, CancellationToken cancellationToken) => GetAsync(kind, key, context, store, cancellationToken))
            .Documented($"Get a {name}").Responds<FragmentResponse>(200, example);
        group.MapPut("/{key}", (string key, HttpContext context, FragmentStore store, CancellationToken cancellationToken) => UpdateAsync(kind, key, context, store, cancellationToken))
            .Documented($"Change a {name}", "What is published stays as it is until it is published again.")
            .Takes<UpdateFragmentRequest>(edit).Responds<FragmentResponse>(200, example);
        group.MapDelete("/{key}", (string key, HttpContext context, FragmentStore store, CancellationToken cancellationToken) => RemoveAsync(kind, key, context, store, cancellationToken))
            .Documented($"Delete a {name}", "Not while a published template is made of it, or a partial or layout names it (409 in_use).").RespondsNoContent();
        group.MapGet("/{key}/usage", (string key, HttpContext context, FragmentUsage usage, CancellationToken cancellationToken) => FragmentUsageApi.ListAsync(kind, key, context, usage, cancellationToken))
            .Documented($"List the published templates that are made of a {name}", "Directly or through a partial. Those that are outdated would change if they were published again, or turn out to be the same.")
            .QueryPaging().Query("outdated", "true lists only those that are outdated.", "boolean")
            .Responds<Page<FragmentUseItem>>(200, """{"items":[{"template":"order-shipped","name":"Order shipped","version":3,"outdated":true}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        group.MapPost("/{key}/republish", (string key, HttpContext context, TemplateRepublisher republisher, FragmentUsage usage, CancellationToken cancellationToken) => FragmentUsageApi.RepublishAsync(kind, key, context, republisher, usage, cancellationToken))
            .Documented($"Publish templates again with a {name} as it is now", $"Each as a new version of what is published; a draft stays a draft. At most {TemplateRepublisher.MaxTemplates} of a call, each by itself: call again while some remain.")
            .Takes<RepublishRequest>("""{"templates":["order-shipped"],"note":"New address"}""")
            .Responds<RepublishResponse>(200, """{"items":[{"template":"order-shipped","status":"republished","version":4}],"remaining":0}""");
    }

    private static async Task<IResult> ListAsync(FragmentKind kind, HttpContext context, FragmentStore store, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var (shared, paging) = (query.Flag("shared"), query.Paging());
        if (query.Refusal() is { } refusal)
            return refusal;
        var (items, total) = await store.ListAsync(context.Caller().Tenant, kind, shared, paging.Offset, paging.Limit, cancellationToken);
        return JsonResponse.Of(
            paging.Numbered<FragmentItem>([.. items.Select(item => new FragmentItem(item.Key, item.Name, item.Revision, item.CreatedAt, item.UpdatedAt))], total),
            FragmentsJson.Default.PageFragmentItem);
    }

    private static async Task<IResult> CreateAsync(FragmentKind kind, HttpContext context, FragmentStore store, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, FragmentsJson.Default.CreateFragmentRequest, cancellationToken)).Value;
        var errors = TemplateResponses.Check(body.Key, body.Name, category: null);
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var change = await store.CreateAsync(context.Caller(), kind, new(body.Key, body.Name, Text(body.Contents)), cancellationToken);
        if (change is FragmentChange.Done)
            context.Response.Headers.Location = $"{Root}/{kind.ToName()}s/{body.Key}";
        return Respond(change, StatusCodes.Status201Created);
    }

    private static async Task<IResult> GetAsync(FragmentKind kind, string key, HttpContext context, FragmentStore store, CancellationToken cancellationToken) =>
        FragmentKey.IsValid(key) && await store.FindAsync(context.Caller().Tenant, kind, key, cancellationToken) is { } fragment
            ? JsonResponse.Of(Of(fragment), FragmentsJson.Default.FragmentResponse)
            : Problems.NotFound();

    private static async Task<IResult> UpdateAsync(FragmentKind kind, string key, HttpContext context, FragmentStore store, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, FragmentsJson.Default.UpdateFragmentRequest, cancellationToken)).Value;
        if (!FragmentKey.IsValid(key))
            return Problems.NotFound();
        var errors = TemplateResponses.Check(key: null, body.Name, category: null);
        if (body.Key is not null && body.Key != key)
            errors.Add(new("/key", "key_invalid", "A key cannot change; make a new one."));
        if (errors.Count > 0)
            return Problems.Validation(errors);
        return Respond(
            await store.UpdateAsync(context.Caller(), kind, key, new(body.Name, body.Contents is { } contents ? Text(contents) : null), cancellationToken), StatusCodes.Status200OK);
    }

    private static async Task<IResult> RemoveAsync(FragmentKind kind, string key, HttpContext context, FragmentStore store, CancellationToken cancellationToken)
    {
        if (!FragmentKey.IsValid(key))
            return Problems.NotFound();
        return await store.RemoveAsync(context.Caller(), kind, key, cancellationToken) is var change && change is FragmentChange.Done
            ? Results.NoContent()
            : Respond(change, StatusCodes.Status200OK);
    }

    private static FragmentResponse Of(StoredFragment fragment) => new(
        fragment.Key,
        fragment.Name,
        new RawJson(Encoding.UTF8.GetBytes(fragment.Contents)),
        fragment.Includes,
        fragment.Revision,
        fragment is Fragment own ? new AuthorResponse(own.AuthorKind, own.AuthorId) : null,
        fragment.CreatedAt,
        fragment.UpdatedAt);

    private static IResult Respond(FragmentChange change, int status) => change switch
    {
        FragmentChange.Done done => JsonResponse.Of(Of(done.Fragment), FragmentsJson.Default.FragmentResponse, statusCode: status),
        FragmentChange.NotFound => Problems.NotFound(),
        FragmentChange.KeyTaken => Problems.Conflict("Another one has this key; change that one or choose another key."),
        FragmentChange.Conflict conflict => Problems.Conflict(conflict.Detail, conflict.Code),
        FragmentChange.Refused refused => Problems.Validation([.. refused.Issues.Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message))]),
        FragmentChange.OfThePlatform => Problems.Of(403, "forbidden", "This caller may not do that", "What begins with shared. is every tenant's, and only platform admins write it."),
        _ => throw new InvalidOperationException("no such change"),
    };

    private static string Text(RawJson json) => Encoding.UTF8.GetString(json.Utf8.Span);
}
