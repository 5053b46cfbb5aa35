using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Auth;

/// <summary>A tenant's service accounts.</summary>
public static class ServiceAccountsApi
{
    internal const int MaxNetworks = 50;
    private const string Example =
        """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","clientId":"sa_5f1c9d…","name":"Web shop","scopes":["notifications:send"],"mode":"live","ipAllowList":["192.0.2.0/24"],"expiresAt":null,"disabledAt":null,"rotatedAt":null,"graceEndsAt":null,"lastUsedAt":"2026-02-01T09:30:00.000000Z","createdAt":"2026-01-31T09:30:00.000000Z"}""";

    private static readonly string ExampleWithSecret = Example.Replace("\"name\"", "\"clientSecret\":\"nss_Zk3…\",\"name\"", StringComparison.Ordinal);

    public static RouteGroupBuilder MapServiceAccounts(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin/service-accounts").WithTags("Service accounts").RequireAuthorization(Policies.Admin).OpenToTestAccounts();
        group.MapPost("/", CreateAsync)
            .Documented("Makes a service account", $"The secret stands in this answer and nowhere else. A test account makes test accounts only: 403 `{Problems.LiveAccountRequiredCode}`. A tenant has at most {ServiceAccounts.MaxOfTenant} accounts: 409 `too_many`.")
            .Takes<NewServiceAccount>("""{"name":"Web shop","scopes":["notifications:send"],"mode":"live","ipAllowList":["192.0.2.0/24"]}""")
            .Responds<ServiceAccountResponse>(StatusCodes.Status201Created, ExampleWithSecret);
        group.MapGet("/", ListAsync)
            .Documented("Lists the service accounts").QueryPaging().Query("mode", "live or test: only accounts of that mode. A service account sees those of its own mode only.")
            .Responds<Page<ServiceAccountResponse>>(StatusCodes.Status200OK, $$$"""{"items":[{{{Example}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        group.MapGet("/{id}", GetAsync)
            .Documented("Shows one service account", "By its id or by its client id, here and below.").Responds<ServiceAccountResponse>(StatusCodes.Status200OK, Example);
        group.MapPatch("/{id}", PatchAsync)
            .Documented("Changes a service account", $"What is left out stays. Where scopes, mode, networks or expiry change, its access tokens are refused within 30 seconds, and it asks for another one. A test account cannot become a live one by a test account: 403 `{Problems.LiveAccountRequiredCode}`.")
            .Takes<ServiceAccountPatch>("""{"scopes":["notifications:send","notifications:read"],"ipAllowList":[],"expiresAt":null}""")
            .Responds<ServiceAccountResponse>(StatusCodes.Status200OK, Example);
        group.MapDelete("/{id}", DeleteAsync)
            .Documented("Deletes a service account", "Its access tokens are refused within 30 seconds.").RespondsNoContent();
        group.MapPost("/{id}/rotate", RotateAsync)
            .Documented("Replaces the secret", "The new secret stands in this answer and nowhere else. With `graceHours` the old one is good beside it for as long, and access tokens live on; without, the old secret ends at once, and access tokens are refused within 30 seconds. A secret that was replaced before that ends now. The body may be left out.")
            .Takes<RotateServiceAccountRequest>("""{"graceHours":24}""")
            .Responds<ServiceAccountResponse>(StatusCodes.Status200OK, ExampleWithSecret);
        group.MapPost("/{id}/disable", DisableAsync)
            .Documented("Disables a service account for good", "Its access tokens are refused within 30 seconds.")
            .Responds<ServiceAccountResponse>(StatusCodes.Status200OK, Example);
        return group;
    }

    private static async Task<IResult> CreateAsync(HttpContext context, ServiceAccounts accounts, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, ServiceAccountJson.Default.NewServiceAccount, cancellationToken)).Value;
        var now = time.GetUtcNow();
        if (ServiceAccountRules.Check(request, now) is { Count: > 0 } errors)
            return Problems.Validation(errors);
        var live = request.Mode == "live";
        var caller = context.Caller();
        // Whoever holds a live account's secret sends for real.
        if (live && !caller.Live)
            return Problems.LiveAccountRequired();
        return await accounts.CreateAsync(caller, request.Name!, request.Scopes!, live, request.IpAllowList ?? [], request.ExpiresAt, cancellationToken) is { } made
            ? Secret(context, made, now, StatusCodes.Status201Created)
            : Problems.Conflict($"A tenant has at most {ServiceAccounts.MaxOfTenant} service accounts. Delete one that is not used.", "too_many");
    }

    private static async Task<IResult> ListAsync(HttpContext context, ServiceAccounts accounts, TimeProvider time, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var (live, paging) = (query.Mode(context), query.Paging());
        if (query.Refusal() is { } refusal)
            return refusal;
        var (found, total) = await accounts.ListAsync(context.Caller(), live, paging.Offset, paging.Limit, cancellationToken);
        var now = time.GetUtcNow();
        return JsonResponse.Of(paging.Numbered([.. found.Select(account => ServiceAccountResponse.Of(account, now))], total), ServiceAccountJson.Default.PageServiceAccountResponse);
    }

    private static async Task<IResult> GetAsync(HttpContext context, string id, ServiceAccounts accounts, TimeProvider time, CancellationToken cancellationToken) =>
        Respond(await accounts.FindAsync(context.Caller(), id, cancellationToken), time);

    private static async Task<IResult> PatchAsync(HttpContext context, string id, ServiceAccounts accounts, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, ServiceAccountJson.Default.ServiceAccountPatch, cancellationToken)).Value;
        if (ServiceAccountRules.Check(request, time.GetUtcNow()) is { Count: > 0 } errors)
            return Problems.Validation(errors);
        var caller = context.Caller();
        if (request.Mode == "live" && !caller.Live)
            return Problems.LiveAccountRequired();
        return Respond(await accounts.ChangeAsync(caller, id, request.ToChange(), cancellationToken), time);
    }

    private static async Task<IResult> DeleteAsync(HttpContext context, string id, ServiceAccounts accounts, CancellationToken cancellationToken) =>
        await accounts.DeleteAsync(context.Caller(), id, cancellationToken) ? Results.NoContent() : Problems.NotFound();

    private static async Task<IResult> RotateAsync(HttpContext context, string id, ServiceAccounts accounts, TimeProvider time, CancellationToken cancellationToken)
    {
        var hours = (await JsonBody.ReadOptionalAsync(context.Request, ServiceAccountJson.Default.RotateServiceAccountRequest, cancellationToken))?.Value.GraceHours ?? 0;
        if (hours is < 0 or > RotateServiceAccountRequest.MaxHours)
            return Problems.Validation("/graceHours", "number_range", $"The old secret is good for 0 to {RotateServiceAccountRequest.MaxHours} hours more.");
        return await accounts.RotateAsync(context.Caller(), id, TimeSpan.FromHours(hours), cancellationToken) is { } rotated
            ? Secret(context, rotated, time.GetUtcNow(), StatusCodes.Status200OK)
            : Problems.NotFound();
    }

    private static async Task<IResult> DisableAsync(HttpContext context, string id, ServiceAccounts accounts, TimeProvider time, CancellationToken cancellationToken) =>
        Respond(await accounts.DisableAsync(context.Caller(), id, cancellationToken), time);

    private static IResult Respond(ServiceAccount? account, TimeProvider time) =>
        account is null ? Problems.NotFound() : JsonResponse.Of(ServiceAccountResponse.Of(account, time.GetUtcNow()), ServiceAccountJson.Default.ServiceAccountResponse);

    private static IResult Secret(HttpContext context, (ServiceAccount Account, string Secret) made, DateTimeOffset now, int status)
    {
        context.Response.Headers.CacheControl = "no-store";
        return JsonResponse.Of(ServiceAccountResponse.Of(made.Account, now, made.Secret), ServiceAccountJson.Default.ServiceAccountResponse, statusCode: status);
    }
}
