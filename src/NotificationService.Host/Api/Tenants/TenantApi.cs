using System.Text.Json.Nodes;
using NotificationService.Channels;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Tenants;

/// <summary>The caller's own tenant as it is set up.</summary>
public static class TenantApi
{
    internal const string Example =
        """{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11","key":"example","name":"Example Ltd","status":"active","locale":"en-GB","timezone":"Europe/London","retentionDays":{"email":30},"limits":{"sendPerMinute":600,"daily":{"sms":5000}},"smsCaps":{"+44":1000},"sendingDomains":["example.com"],"allowedOrigins":["https://app.example.com"],"brand":{"name":"Example","logoUrl":"https://example.com/logo.png","color":"#0a7c5f"},"createdAt":"2026-11-21T09:00:00.000000Z"}""";

    private static readonly string[] ChannelNames = [.. ChannelKinds.All.Select(channel => channel.ToName())];

    public static void MapTenant(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/admin/tenant").WithTags("Tenant").RequireAuthorization(Policies.Admin).ChangesWhatLiveUses();
        group.MapGet("/", GetAsync).Documented("Show the tenant").Responds<TenantResponse>(200, Example).MayNotFind();
        group.MapPatch("/", PatchAsync)
            .Documented("Change the tenant", "What is left out stays, null goes back to its default, an object is merged and a list replaced (RFC 7396). Every node knows within two seconds.")
            .Takes<TenantPatchRequest>("""{"timezone":"Europe/London","retentionDays":{"email":30},"limits":{"daily":{"sms":5000}},"smsCaps":{"+44":1000},"brand":{"name":"Example","logoUrl":"https://example.com/logo.png","color":"#0a7c5f"}}""")
            .Responds<TenantResponse>(200, Example);
    }

    private static async Task<IResult> GetAsync(HttpContext context, TenantSettingsStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(context.Caller().Tenant, cancellationToken) is { } settings ? Respond(settings) : Problems.NotFound();

    private static async Task<IResult> PatchAsync(HttpContext context, TenantSettingsStore store, TenantSettingsCache cache, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(context.Request, TenantJson.Default.TenantPatchRequest, cancellationToken);
        if (!body.TryGet(out _, out var refusal))
            return refusal;
        // Null and absent are different here: the members as they were sent, whose names and types are known to be right.
        var patch = (JsonObject)JsonNode.Parse(body.Utf8.Span)!;
        var changed = await store.PatchAsync(context.Caller(), patch, ChannelNames, cancellationToken);
        cache.Forget(context.Caller().Tenant);
        return changed switch
        {
            TenantSettingsChanged.Changed done => Respond(done.Settings),
            TenantSettingsChanged.Invalid invalid => Problems.Validation([.. invalid.Issues.Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message))]),
            _ => Problems.NotFound(),
        };
    }

    private static IResult Respond(TenantSettings settings) => JsonResponse.Of(TenantResponse.Of(settings), TenantJson.Default.TenantResponse);
}
