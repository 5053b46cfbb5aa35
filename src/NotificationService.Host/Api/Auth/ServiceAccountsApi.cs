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
        """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","clientId":"sa_5f1c9d…","name":"Web shop","scopes":["notifications:send"],"mode":"live","ipAllowList":["192.0.2.0/24"],"expiresAt":null,"disabledAt":null,"rotatedAt":null,"createdAt":"2026-01-31T09:30:00.000000Z"}""";

    private static readonly string ExampleWithSecret = Example.Replace("\"name\"", "\"clientSecret\":\"nss_Zk3…\",\"name\"", StringComparison.Ordinal);

    public static RouteGroupBuilder MapServiceAccounts(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin/service-accounts").WithTags("Service accounts").RequireAuthorization(Policies.Admin).OpenToTestAccounts();
        group.MapPost("/", CreateAsync)
            .Documented("Makes a service account", $"The secret stands in this answer and nowhere else. A test account makes test accounts only: 403 `{Problems.LiveAccountRequiredCode}`.")
            .Takes<NewServiceAccount>("""{"name":"Web shop","scopes":["notifications:send"],"mode":"live","ipAllowList":["192.0.2.0/24"]}""")
            .Responds<ServiceAccountResponse>(StatusCodes.Status201Created, ExampleWithSecret);
        group.MapGet("/", ListAsync)
            .Documented("Lists the service accounts").QueryPaging().Query("mode", "live or test: only accounts of that mode. A service account sees those of its own mode only.")
            .Responds<Page<ServiceAccountResponse>>(StatusCodes.Status200OK, $$$"""{"items":[{{{Example}}}],"pagination":{"page":1,"limit":50,"hasNext":false,"hasPrev":false,"total":1,"totalIsExact":true,"totalPages":1}}""");
        group.MapGet("/{id}", GetAsync)
            .Documented("Shows one service account").Responds<ServiceAccountResponse>(StatusCodes.Status200OK, Example);
        group.MapPost("/{id}/rotate", RotateAsync)
            .Documented("Replaces the secret", "The old secret ends at once; access tokens already given out run their time. The new secret stands in this answer and nowhere else.")
            .Responds<ServiceAccountResponse>(StatusCodes.Status200OK, ExampleWithSecret);
        group.MapPost("/{id}/disable", DisableAsync)
            .Documented("Disables a service account for good", "Its access tokens are refused within seconds.")
            .Responds<ServiceAccountResponse>(StatusCodes.Status200OK, Example);
        return group;
    }

    private static async Task<IResult> CreateAsync(HttpContext context, ServiceAccounts accounts, TimeProvider time, CancellationToken cancellationToken)
    {
        var request = (await JsonBody.ReadAsync(context.Request, ServiceAccountJson.Default.NewServiceAccount, cancellationToken)).Value;
        if (Check(request, time.GetUtcNow()) is { Count: > 0 } errors)
            return Problems.Validation(errors);
        var live = request.Mode == "live";
        var caller = context.Caller();
        // Whoever holds a live account's secret sends for real.
        if (live && !caller.Live)
            return Problems.LiveAccountRequired();
        var made = await accounts.CreateAsync(caller, request.Name!, request.Scopes!, live, request.IpAllowList ?? [], request.ExpiresAt, cancellationToken);
        return Secret(context, made, StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(HttpContext context, ServiceAccounts accounts, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var (live, paging) = (query.Mode(context), query.Paging());
        if (query.Refusal() is { } refusal)
            return refusal;
        var (found, total) = await accounts.ListAsync(context.Caller(), live, paging.Offset, paging.Limit, cancellationToken);
        return JsonResponse.Of(paging.Numbered([.. found.Select(account => ServiceAccountResponse.Of(account))], total), ServiceAccountJson.Default.PageServiceAccountResponse);
    }

    private static async Task<IResult> GetAsync(HttpContext context, string id, ServiceAccounts accounts, CancellationToken cancellationToken) =>
        Respond(Guid.TryParse(id, out var key) ? await accounts.FindAsync(context.Caller(), key, cancellationToken) : null);

    private static async Task<IResult> RotateAsync(HttpContext context, string id, ServiceAccounts accounts, CancellationToken cancellationToken) =>
        Guid.TryParse(id, out var key) && await accounts.RotateAsync(context.Caller(), key, cancellationToken) is { } rotated
            ? Secret(context, rotated, StatusCodes.Status200OK)
            : Problems.NotFound();

    private static async Task<IResult> DisableAsync(HttpContext context, string id, ServiceAccounts accounts, CancellationToken cancellationToken) =>
        Respond(Guid.TryParse(id, out var key) ? await accounts.DisableAsync(context.Caller(), key, cancellationToken) : null);

    private static IResult Respond(ServiceAccount? account) =>
        account is null ? Problems.NotFound() : JsonResponse.Of(ServiceAccountResponse.Of(account), ServiceAccountJson.Default.ServiceAccountResponse);

    private static IResult Secret(HttpContext context, (ServiceAccount Account, string Secret) made, int status)
    {
        context.Response.Headers.CacheControl = "no-store";
        return JsonResponse.Of(ServiceAccountResponse.Of(made.Account, made.Secret), ServiceAccountJson.Default.ServiceAccountResponse, statusCode: status);
    }

    private static List<FieldError> Check(NewServiceAccount request, DateTimeOffset now)
    {
        var errors = new List<FieldError>();
        SignUpRules.CheckName(request.Name, "/name", errors);
        if (request.Scopes is not { Count: > 0 } scopes || scopes.Any(scope => !Scopes.All.Contains(scope)) || scopes.Distinct().Count() != scopes.Count)
            errors.Add(new FieldError("/scopes", request.Scopes is null ? "required" : "scope_unknown", $"One or more of {string.Join(", ", Scopes.All)}, each once."));
        if (request.Mode is not ("live" or "test"))
            errors.Add(new FieldError("/mode", request.Mode is null ? "required" : "choice_invalid", "The mode is live or test."));
        if (request.IpAllowList is { } networks && (networks.Count > MaxNetworks || networks.Any(network => network is null || !AllowedNetworks.TryParse(network, out _))))
            errors.Add(new FieldError("/ipAllowList", "network_invalid", $"At most {MaxNetworks} addresses or CIDR blocks such as 192.0.2.0/24."));
        if (request.ExpiresAt <= now)
            errors.Add(new FieldError("/expiresAt", "time_past", "The time lies in the future."));
        return errors;
    }
}
