using System.Security.Cryptography;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Net.Http.Headers;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Lookups;
using NotificationService.Storage;
using NotificationService.Templates;

namespace NotificationService.Host.Api.Lookups;

/// <summary>What choice lists are made of: the service's own values and the tenant's.</summary>
public static class LookupsApi
{
    private const string Root = "/api/v1/admin/lookups";
    private const string Example = """{"id":null,"type":"channel","code":"email","label":"E-mail","labels":{"en":"E-mail","fr":"E-mail"},"order":1,"active":true,"system":true}""";
    private const string OwnExample =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0c01","type":"department","code":"sales","label":"Sales","labels":{"en":"Sales","fr":"Ventes"},"order":1,"active":true,"system":false}""";
    private const string Wanted = """{"type":"department","code":"sales","labels":{"en":"Sales","fr":"Ventes"},"order":1,"active":true}""";

    public static void MapLookups(this IEndpointRouteBuilder routes)
    {
        var reading = routes.MapGroup("/api/v1/admin").WithTags("Lookups").RequireAuthorization(Policies.Viewer);
        reading.MapGet("/lookup-types", TypesAsync)
            .Documented("List the choice lists", "Answered with an ETag: send it as If-None-Match, and what has not changed is 304.")
            .Responds<LookupTypeList>(200, """{"items":[{"type":"channel","count":5,"system":true}]}""").RespondsNoContent(304);
        reading.MapGet("/lookups", ListAsync)
            .Documented("List the values of choice lists", "All of them, or those of one list: the service's own first, then the tenant's. Answered with an ETag: send it as If-None-Match, and what has not changed is 304.")
            .Query("type", "Only of this list, such as channel, delivery_status, country or timezone.").Query("locale", "The locale of 'label', such as fr or fr-CA; its language or English where there is none.")
            .Responds<LookupList>(200, $$$"""{"items":[{{{Example}}}]}""").RespondsNoContent(304);
        reading.MapGet("/lookups/{id:guid}", GetAsync).Documented("Get one of the tenant's own values").Responds<LookupResponse>(200, OwnExample);

        var changing = routes.MapGroup(Root).WithTags("Lookups").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses();
        changing.MapPost("/", CreateAsync)
            .Documented("Add a value to a choice list", $"To one of the service's or to one of the tenant's own, which is made by its first value. At most {LookupStore.MaxOfTenant} in all. The service's own values cannot be changed.")
            .Takes<LookupRequest>(Wanted).Responds<LookupResponse>(201, OwnExample);
        changing.MapPatch("/{id:guid}", UpdateAsync).Documented("Change one of the tenant's own values", "Its labels as a whole, its place, or whether it is offered. List and code stay.")
            .Takes<LookupPatch>("""{"labels":{"en":"Sales","fr":"Ventes"},"active":false}""").Responds<LookupResponse>(200, OwnExample);
        changing.MapDelete("/{id:guid}", RemoveAsync).Documented("Delete one of the tenant's own values").RespondsNoContent();
    }

    private static async Task<IResult> TypesAsync(HttpContext context, LookupStore store, CancellationToken cancellationToken)
    {
        if (new QueryReader(context.Request).Refusal() is { } refusal)
            return refusal;
        var types = (await store.ListAsync(context.Caller().Tenant, null, cancellationToken)).GroupBy(value => value.Type, StringComparer.Ordinal)
            .Select(type => new LookupTypeResponse(type.Key, type.Count(), type.Any(value => value.IsSystem)));
        return Tagged(context, new LookupTypeList([.. types]), LookupsJson.Default.LookupTypeList);
    }

    private static async Task<IResult> ListAsync(HttpContext context, LookupStore store, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var (type, locale) = (query.Text("type", LookupRules.LongestType), query.Text("locale", 35));
        if (locale is not null && !LocaleName.IsValid(locale))
            query.Refuse("locale", "locale_invalid", "This is not a locale; write one such as en or fr-CA.");
        if (query.Refusal() is { } refusal)
            return refusal;
        var values = await store.ListAsync(context.Caller().Tenant, type, cancellationToken);
        return Tagged(context, new LookupList([.. values.Select(value => LookupResponse.Of(value, locale))]), LookupsJson.Default.LookupList);
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext context, LookupStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(context.Caller().Tenant, id, cancellationToken) is { } value ? Respond(value) : Problems.NotFound();

    private static async Task<IResult> CreateAsync(HttpContext context, LookupStore store, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, LookupsJson.Default.LookupRequest, cancellationToken)).Value;
        var errors = LookupRules.Check(body);
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var saved = await store.CreateAsync(context.Caller(), body.Type!, body.Code!, new LookupChange(body.Labels, body.Order, body.Active), cancellationToken);
        if (saved is LookupSaved.Saved { Lookup.Id: { } id })
            context.Response.Headers.Location = $"{Root}/{id}";
        return Respond(saved, StatusCodes.Status201Created);
    }

    private static async Task<IResult> UpdateAsync(Guid id, HttpContext context, LookupStore store, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, LookupsJson.Default.LookupPatch, cancellationToken)).Value;
        var errors = LookupRules.Check(body.Labels, body.Order, isNew: false);
        return errors.Count > 0
            ? Problems.Validation(errors)
            : Respond(await store.UpdateAsync(context.Caller(), id, new LookupChange(body.Labels, body.Order, body.Active), cancellationToken), StatusCodes.Status200OK);
    }

    private static async Task<IResult> RemoveAsync(Guid id, HttpContext context, LookupStore store, CancellationToken cancellationToken) =>
        await store.RemoveAsync(context.Caller(), id, cancellationToken) ? Results.NoContent() : Problems.NotFound();

    private static IResult Respond(LookupSaved saved, int status) => saved switch
    {
        LookupSaved.Saved done => Respond(done.Lookup, status),
        LookupSaved.CodeTaken => Problems.Conflict("The list has this code already.", "code_taken"),
        LookupSaved.LimitReached => Problems.Conflict($"A tenant adds at most {LookupStore.MaxOfTenant} values.", "too_many"),
        LookupSaved.ChangedMeanwhile => Problems.Conflict("Somebody else changed the value at the same moment. Read it again."),
        _ => Problems.NotFound(),
    };

    private static IResult Respond(Lookup value, int status = StatusCodes.Status200OK) => JsonResponse.Of(LookupResponse.Of(value, locale: null), LookupsJson.Default.LookupResponse, statusCode: status);

    /// <summary>304 where the caller has it as it is.</summary>
    private static IResult Tagged<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        var utf8 = ReadableJson.Utf8(value, type);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(utf8).AsSpan(0, 16))}\"");
        context.Response.Headers.ETag = tag.ToString();
        context.Response.Headers.CacheControl = "private, no-cache";
        var isKnown = EntityTagHeaderValue.TryParseList(context.Request.Headers.IfNoneMatch, out var known) && known.Any(one => one.Compare(tag, useStrongComparison: false));
        return isKnown ? Results.StatusCode(StatusCodes.Status304NotModified) : new JsonBytes(StatusCodes.Status200OK, utf8);
    }
}
