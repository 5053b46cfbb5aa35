using System.Collections.Concurrent;
using NotificationService.Tenants;

namespace NotificationService.Quotas;

/// <summary>What tenants may send in a day, by channel and by the beginning of a number; asked by every way in, of what is live.</summary>
public sealed class SendQuotas(TenantSettingsCache tenants, QuotaStore store, TimeProvider time)
{
    /// <summary>Counters of which this node remembers its share.</summary>
    public const int Capacity = 50_000;

    private readonly ConcurrentDictionary<(TenantId, string), DailyAllowance> allowances = new();

    /// <summary>How many are remembered now.</summary>
    public int Count => allowances.Count;

    /// <summary>Of notifications that are accepted together. Null: nothing is limited for the caller.</summary>
    /// <param name="caller">What a test account sends counts nowhere.</param>
    /// <param name="expected">How many there may be.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<QuotaReservation?> BeginAsync(Caller caller, int expected, CancellationToken cancellationToken)
    {
        if (!caller.Live)
            return null;
        var settings = await tenants.GetAsync(caller.Tenant, cancellationToken);
        return settings.Limits.Daily.Count == 0 && settings.SmsCaps.Count == 0
            ? null
            : new QuotaReservation(this, settings, TenantDay.Of(time.GetUtcNow(), settings.Timezone), expected);
    }

    internal DailyAllowance Of(DailyLimit limit)
    {
        var key = (limit.Tenant, limit.Counter);
        if (allowances.TryGetValue(key, out var known))
            return known;
        // What they hold is lost until the day ends; those that are idle have given it back before.
        if (allowances.Count >= Capacity)
            allowances.Clear();
        return allowances.GetOrAdd(key, new DailyAllowance(store, time));
    }

    /// <summary>Gives back what nobody has asked for in so long, and forgets it.</summary>
    public async Task ReturnAsync(TimeSpan idle, CancellationToken cancellationToken)
    {
        foreach (var (key, allowance) in allowances)
        {
            if (allowance.Idle < idle)
                continue;
            allowances.TryRemove(key, out _);
            if (allowance.TakeRest() is var (limit, share))
                await store.ReturnAsync(limit, share, cancellationToken);
        }
    }
}
