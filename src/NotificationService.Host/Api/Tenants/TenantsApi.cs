using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Tenants;

/// <summary>All tenants, for those who look after the service.</summary>
public static class TenantsApi
{
    private static readonly string Suspended = TenantApi.Example.Replace("\"status\":\"active\"", "\"status\":\"suspended\",\"suspendedReason\":\"invoice unpaid\"", StringComparison.Ordinal);

    private const string Listed = """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11","key":"example","name":"Example Ltd","status":"active","createdAt":"2026-11-21T09:00:00.000000Z"}""";

    private const string Created =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11","key":"example","name":"Example Ltd","status":"active","admin":{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a12","email":"ann@example.com","name":"Ann","status":"invited"}}""";

    private static readonly Dictionary<string, bool> Statuses = new(StringComparer.Ordinal) { ["active"] = false, ["suspended"] = true };

    public static void MapTenants(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin/tenants").WithTags("Tenants").RequireAuthorization(Policies.PlatformAdmin).ChangesWhatLiveUses();
        group.MapGet("/", ListAsync)
            .Documented("List tenants, newest first", "Who they are, and nothing of what they have. A search looks at the 10,000 newest, or those below the cursor.")
            .Query("key", "Only the one with this key.").Query("status", "Only those that are active or suspended.").Query("search", "A text in the key or the name.")
            .Query("limit", "The most items of a page: 1 to 100, 50 by default.", "integer").Query("cursor", "The nextCursor of the page before.")
            .Responds<Page<ListedTenantResponse>>(200, $$$"""{"items":[{{{Listed}}}]}""");
        group.MapPost("/", CreateAsync)
            .Documented("Create a tenant with an invited admin", "The admin has no password yet, and sets one by the invitation. Without a key one is made of the name. 409 if the key is taken.")
            .Takes<CreateTenantRequest>("""{"key":"example","name":"Example Ltd","admin":{"email":"ann@example.com","name":"Ann"}}""").Responds<CreatedTenantResponse>(201, Created);
        group.MapGet("/{id:guid}", GetAsync).Documented("Show a tenant as it is set up").Responds<TenantResponse>(200, TenantApi.Example);
        group.MapPost("/{id:guid}/elevate", ElevateAsync)
            .Documented("Act as admin of a tenant for a while", "The only way to what another tenant has. The token is an admin's of that tenant, for 1 to 60 minutes, and ends with the sign-in that asked for it; it cannot be refreshed, and elevates no further. Both tenants' logs have the reason, and every change made with it says whose it was.")
            .Takes<ElevateRequest>("""{"reason":"ticket 4711: mail does not go out","minutes":15}""").Responds<ElevatedResponse>(200, """{"accessToken":"eyJhbGciOi…","tokenType":"Bearer","expiresIn":900}""");
        group.MapPost("/{id:guid}/suspend", SuspendAsync)
            .Documented("Suspend a tenant", "Within five seconds every node refuses its sends (403 `tenant_suspended`) and no provider is called for it; what waits is kept. Its people may sign in and read, and its webhooks go on. To do it again changes the reason.")
            .Takes<SuspendTenantRequest>("""{"reason":"invoice unpaid"}""").Responds<TenantResponse>(200, Suspended);
        group.MapPost("/{id:guid}/resume", ResumeAsync)
            .Documented("Let a tenant send again", "What waited goes on within seconds, but for what has expired meanwhile. To do it again changes nothing.").Responds<TenantResponse>(200, TenantApi.Example);
    }

    private static async Task<IResult> ListAsync(HttpContext context, TenantList list, CancellationToken cancellationToken)
    {
        var query = new QueryReader(context.Request);
        var filter = new TenantFilter(query.Text("key"), query.Choice("status", Statuses), query.Text("search"));
        var scope = $"tenants {filter}";
        var (limit, after) = (query.Number("limit", QueryReader.DefaultLimit, 1, QueryReader.MaxLimit, "limit_range"), query.Cursor(scope));
        if (query.Refusal() is { } refusal)
            return refusal;
        var found = await list.ListAsync(filter, after, limit + 1, cancellationToken);
        return JsonResponse.Of(
            new Page<ListedTenantResponse>(
                [.. found.Take(limit).Select(ListedTenantResponse.Of)], NextCursor: found.Count > limit ? ListCursor.Write(found[limit - 1].Id.Value, scope) : null),
            TenantJson.Default.PageListedTenantResponse);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, TenantRegistration registration, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, TenantJson.Default.CreateTenantRequest, cancellationToken)).Value;
        if (SignUpRules.Check(body) is { Count: > 0 } errors)
            return Problems.Validation(errors);
        if (await registration.InviteAsync(context.Caller(), body.Name!, body.Key, body.Admin!.Email!, body.Admin.Name!, cancellationToken) is not var (tenant, admin))
            return Problems.Conflict("The key is taken: choose another.", "key_taken");
        context.Response.Headers.Location = $"/api/v1/admin/tenants/{tenant.TenantId}";
        return JsonResponse.Of(
            new CreatedTenantResponse(tenant.TenantId.Value, tenant.Key, tenant.Name, TenantResponse.StatusOf(TenantStatus.Active), new InvitedAdminResponse(admin.Id, admin.Email, admin.Name, "invited")),
            TenantJson.Default.CreatedTenantResponse, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> GetAsync(Guid id, TenantSettingsStore store, CancellationToken cancellationToken) => Respond(await store.FindAsync(new TenantId(id), cancellationToken));

    private static async Task<IResult> ElevateAsync(Guid id, HttpContext context, Elevations elevations, TokenIssuer issuer, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, TenantJson.Default.ElevateRequest, cancellationToken)).Value;
        var errors = new List<FieldError>();
        if (TenantBodies.CheckReason(body.Reason) is { } error)
            errors.Add(error);
        if (body.Minutes is not (>= 1 and <= Elevations.MaxMinutes))
            errors.Add(new FieldError("/minutes", body.Minutes is null ? "required" : "number_range", $"From 1 to {Elevations.MaxMinutes} minutes."));
        if (errors.Count > 0)
            return Problems.Validation(errors);
        var caller = context.Caller();
        if (caller.Tenant.Value == id)
            return Problems.Conflict("This is the tenant that you are of.", "own_tenant");
        // Whoever has no sign-in that could end has nothing that the elevation could end with.
        if (context.User.Identity is not CallerIdentity { SignIn: { } signIn } identity)
            return Problems.Of(403, "forbidden", "This caller may not do that", "Sign in as a person first.");
        if (!await elevations.BeginAsync(caller, signIn, new TenantId(id), body.Reason!, body.Minutes!.Value, cancellationToken))
            return Problems.NotFound();
        context.Response.Headers.CacheControl = "no-store";
        var (token, seconds) = issuer.IssueElevated(identity, signIn, new TenantId(id), TimeSpan.FromMinutes(body.Minutes.Value));
        return JsonResponse.Of(new ElevatedResponse(token, "Bearer", seconds), TenantJson.Default.ElevatedResponse);
    }

    private static async Task<IResult> SuspendAsync(Guid id, HttpContext context, TenantSuspension suspension, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, TenantJson.Default.SuspendTenantRequest, cancellationToken)).Value;
        if (TenantBodies.CheckReason(body.Reason) is { } error)
            return Problems.Validation([error]);
        var caller = context.Caller();
        return caller.Tenant.Value == id
            ? Problems.Conflict("Nobody suspends the tenant that they are of.", "own_tenant")
            : Respond(await suspension.SuspendAsync(caller, new TenantId(id), body.Reason!, cancellationToken));
    }

    private static async Task<IResult> ResumeAsync(Guid id, HttpContext context, TenantSuspension suspension, CancellationToken cancellationToken) =>
        Respond(await suspension.ResumeAsync(context.Caller(), new TenantId(id), cancellationToken));

    private static IResult Respond(TenantSettings? settings) =>
        settings is null ? Problems.NotFound() : JsonResponse.Of(TenantResponse.Of(settings), TenantJson.Default.TenantResponse);
}
