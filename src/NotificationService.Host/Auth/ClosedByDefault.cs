using Microsoft.AspNetCore.Authorization;

namespace NotificationService.Host.Auth;

/// <summary>
/// The policy of a route that names none: nobody passes who is not signed in. What is no route of ours, such as an
/// unknown path or a wrong method, passes, so that it gets its 404 or 405.
/// </summary>
public sealed class ClosedByDefault : AuthorizationHandler<ClosedByDefault>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ClosedByDefault requirement)
    {
        if (context.User.Identity is CallerIdentity || (context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
