using System.Collections.Concurrent;
using NotificationService.Host.Auth;
using NotificationService.RateLimits;

namespace NotificationService.Host.Http;

/// <summary>Counts each request against its caller's allowance, after sign-in and before the route. Says in headers how much is left.</summary>
internal sealed class RateLimitMiddleware(RequestDelegate next, RateLimiter limiter, CallerRates rates)
{
    private readonly ConcurrentDictionary<Endpoint, RateClass> classes = new();

    public Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint is null || classes.GetOrAdd(endpoint, RateClasses.Of) is var rateClass && rateClass == RateClass.None)
            return next(context);
        var asked = AllowanceAsync(context, rateClass);
        if (!asked.IsCompletedSuccessfully)
            return WaitAsync(context, rateClass, asked);
#pragma warning disable RS0030 // it has ended
        if (asked.Result is not { } allowance)
#pragma warning restore RS0030
            return next(context);
        return allowance.TryTake() is { } decision ? GoOnAsync(context, rateClass, decision) : WaitAsync(context, rateClass, new(allowance));
    }

    private async Task WaitAsync(HttpContext context, RateClass rateClass, ValueTask<LeasedAllowance?> asked)
    {
        if (await asked is { } allowance)
            await GoOnAsync(context, rateClass, await allowance.TakeAsync(1, context.RequestAborted));
        else
            await next(context);
    }

    private Task GoOnAsync(HttpContext context, RateClass rateClass, RateDecision decision) =>
        RateResponses.RefusalOf(context, rateClass, decision, "requests") is { } refusal ? refusal.ExecuteAsync(context) : next(context);

    // Sign-in has no tenant yet, and what is tried there is tried from somewhere.
    private ValueTask<LeasedAllowance?> AllowanceAsync(HttpContext context, RateClass rateClass) =>
        rateClass != RateClass.Auth && context.User.Identity is CallerIdentity { Caller: var caller }
            ? rates.OfAsync(rateClass, caller, context.RequestAborted)
            : new(limiter.Of(rateClass, RateLimiter.SubjectOf(context.Connection.RemoteIpAddress)));
}
