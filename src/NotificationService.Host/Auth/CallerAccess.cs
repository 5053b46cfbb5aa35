using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

public static class CallerAccess
{
    /// <summary>The caller of this request. Only for routes behind a policy; the tenant of everything the request does comes from here.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.User.Identity is CallerIdentity identity
            ? identity.Caller
            : throw new InvalidOperationException("the route asks for its caller and has no policy that demands one");

    /// <summary>The caller, if somebody has signed in.</summary>
    public static Caller? FindCaller(this HttpContext context) => (context.User.Identity as CallerIdentity)?.Caller;
}
