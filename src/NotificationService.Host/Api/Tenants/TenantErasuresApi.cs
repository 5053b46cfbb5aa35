using NotificationService.Erasure;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Tenants;

/// <summary>The end of a tenant, and its receipt.</summary>
public static class TenantErasuresApi
{
    private const string Root = "/api/v1/admin/tenant-erasures";

    /// <summary>Tenants of the service itself: without them it does not run.</summary>
    private static readonly string[] Own = ["platform", SystemTenant.Key];

    private const string Receipt =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a21","status":"finished","tenantDigest":"5f1c9d0a-7c1e-7b1a-8f67-0d5a2f7c0a11","requestedAt":"2026-11-21T09:00:00.000000Z","finishedAt":"2026-11-21T09:03:00.000000Z","rows":{"deliveries":1200,"notifications":1000,"users":3},"keyId":"k1","signature":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}""";

    public static void MapTenantErasures(this IEndpointRouteBuilder routes)
    {
        routes.MapDelete("/api/v1/admin/tenant", RequestAsync).WithTags("Tenant").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses()
            .Documented("Remove the tenant and everything it has", "For a person who is admin, and confirms it by the tenant's key. From the answer on nobody signs in to it and nothing is sent; every row of it is gone within 24 hours, up to 80 million of them, as a rule within minutes. It cannot be taken back. The receipt needs no sign-in, only its id.")
            .Takes<EraseTenantRequest>("""{"confirm":"example"}""").Responds<ErasureRequested>(202, """{"erasureId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a21"}""");
        routes.MapGet($"{Root}/{{id:guid}}", GetAsync).WithTags("Tenant").AllowAnonymous()
            .Documented("Show the receipt of a tenant's removal", "For whoever knows its id. tenantDigest is the first half of the SHA-256 of the tenant's id. The signature is an HMAC-SHA256 by a key of the service over id, digest, times and rows.")
            .Responds<ErasureResponse>(200, Receipt);
    }

    private static async Task<IResult> RequestAsync(HttpContext context, TenantErasures erasures, EndedTokens ended, TenantSettingsStore tenants, CancellationToken cancellationToken)
    {
        var body = (await JsonBody.ReadAsync(context.Request, TenantJson.Default.EraseTenantRequest, cancellationToken)).Value;
        var caller = context.Caller();
        if (caller.Kind != CallerKind.User)
            return Problems.Of(403, "forbidden", "This caller may not do that", "A signed-in person is needed here, not a service account.");
        if (await tenants.FindAsync(caller.Tenant, cancellationToken) is { Key: var key } && Own.Contains(key))
            return Problems.Conflict("This tenant belongs to the service itself.", "own_tenant");
        if (body.Confirm is not { } confirm || await erasures.RequestAsync(caller, confirm, cancellationToken) is not { } id)
            return Problems.Validation("/confirm", body.Confirm is null ? "required" : "confirmation_wrong", "Confirm it by the tenant's key.");
        ended.AddTenant(TenantErasure.DigestOf(caller.Tenant));
        context.Response.Headers.Location = $"{Root}/{id}";
        return JsonResponse.Of(new ErasureRequested(id), TenantJson.Default.ErasureRequested, statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> GetAsync(Guid id, TenantErasures erasures, CancellationToken cancellationToken) =>
        await erasures.FindAsync(id, cancellationToken) is { } erasure ? JsonResponse.Of(ErasureResponse.Of(erasure), TenantJson.Default.ErasureResponse) : Problems.NotFound();
}
