using System.Collections.Concurrent;
using NotificationService.Host.Auth;
using NotificationService.RateLimits;

namespace NotificationService.Host.Http;

/// <summary>Counts each request against its caller's allowance, after sign-in and before the route. Says in headers how much is left.</summary>
internal sealed class RateLimitMiddleware(RequestDelegate next, RateLimiter limiter)
{
    private readonly ConcurrentDictionary<Endpoint, RateClass> classes = new();

    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint is null || classes.GetOrAdd(endpoint, RateClasses.Of) is var rateClass && rateClass == RateClass.None)
            return next(context);
        if (limiter.Of(rateClass, SubjectOf(context, rateClass)) is not { } allowance)
            return next(context);
        return allowance.TryTake() is { } decision ? GoOnAsync(context, decision) : WaitAsync(context, allowance);
    }

    private async Task WaitAsync(HttpContext context, LeasedAllowance allowance) =>
        await GoOnAsync(context, await allowance.TakeAsync(context.RequestAborted));

    private Task GoOnAsync(HttpContext context, RateDecision decision)
    {
        var seconds = (long)Math.Ceiling(decision.Reset.TotalSeconds);
        var headers = context.Response.Headers;
        headers["RateLimit-Limit"] = decision.Limit.ToString();
        headers["RateLimit-Remaining"] = decision.Remaining.ToString();
        headers["RateLimit-Reset"] = seconds.ToString();
        if (decision.IsAllowed)
            return next(context);
        return Problems.RateLimited($"The limit is {decision.Limit} requests a minute.", TimeSpan.FromSeconds(Math.Max(1, seconds))).ExecuteAsync(context);
    }

    // Sign-in has no tenant yet, and what is tried there is tried from somewhere.
    private static Guid SubjectOf(HttpContext context, RateClass rateClass) =>
        rateClass != RateClass.Auth && context.User.Identity is CallerIdentity identity
            ? identity.Caller.Tenant.Value
            : RateLimiter.SubjectOf(context.Connection.RemoteIpAddress);
}
