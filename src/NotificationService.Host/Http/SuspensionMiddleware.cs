using NotificationService.Host.Auth;
using NotificationService.Tenants;

namespace NotificationService.Host.Http;

/// <summary>Refuses what would send something for a suspended tenant, before its body is read. All other routes stay open: people may look, and correct.</summary>
internal sealed class SuspensionMiddleware(RequestDelegate next, SuspendedTenants suspended)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<SuspensionRule>() is null || context.User.Identity is not CallerIdentity identity)
            return next(context);
        var refused = suspended.ContainsAsync(identity.Caller.Tenant, context.RequestAborted);
        return refused.IsCompletedSuccessfully ? GoOnAsync(context, refused.Result) : AwaitAsync(context, refused);
    }

    private async Task AwaitAsync(HttpContext context, ValueTask<bool> refused) => await GoOnAsync(context, await refused);

    private Task GoOnAsync(HttpContext context, bool isRefused) => isRefused ? Problems.TenantSuspended().ExecuteAsync(context) : next(context);
}

/// <summary>On a route that sends something.</summary>
public sealed record SuspensionRule;

/// <summary>What a route says of suspended tenants.</summary>
public static class SuspensionRoutes
{
    /// <summary>It sends something: 403 <c>tenant_suspended</c> while the caller's tenant is suspended.</summary>
    public static T RefusedWhileSuspended<T>(this T routes)
        where T : IEndpointConventionBuilder => routes.WithMetadata(new SuspensionRule());
}
