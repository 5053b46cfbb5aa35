using NotificationService.RateLimits;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Host.Http;

/// <summary>A caller's share of what its tenant may do in any 60 seconds: by the limit of all, or by the tenant's own of sends where that is lower.</summary>
internal sealed class CallerRates(RateLimiter limiter, TenantSettingsCache tenants, TimeProvider time)
{
    /// <summary>For what the tenant has set up, where the database takes its time.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>Null where nothing is limited.</summary>
    public ValueTask<LeasedAllowance?> OfAsync(RateClass rateClass, Caller caller, CancellationToken cancellationToken)
    {
        if (rateClass == RateClass.User)
            return new(limiter.Of(rateClass, RateLimiter.SubjectOf(caller.Tenant, caller.UserId ?? ""), caller.Live));
        if (rateClass != RateClass.Send)
            return new(limiter.Of(rateClass, caller.Tenant.Value, caller.Live));
        var asked = tenants.GetAsync(caller.Tenant, cancellationToken);
#pragma warning disable RS0030 // it has ended
        return asked.IsCompletedSuccessfully ? new(Of(caller, asked.Result)) : AskAsync(caller, asked);
#pragma warning restore RS0030
    }

    private async ValueTask<LeasedAllowance?> AskAsync(Caller caller, ValueTask<TenantSettings> asked)
    {
        try
        {
            return Of(caller, await asked.AsTask().WaitAsync(LongestWait, time));
        }
        catch (Exception exception) when (exception is TimeoutException || DatabaseFailures.Of(exception).IsOfTheDatabase())
        {
            // As with the shares themselves: a limit that cannot be looked up refuses nobody.
            return Of(caller, settings: null);
        }
    }

    private LeasedAllowance? Of(Caller caller, TenantSettings? settings) => limiter.Of(RateClass.Send, caller.Tenant.Value, caller.Live, settings?.Limits.SendPerMinute);
}
