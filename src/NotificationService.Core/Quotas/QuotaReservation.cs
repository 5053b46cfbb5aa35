using NotificationService.Channels;
using NotificationService.Tenants;

namespace NotificationService.Quotas;

/// <summary>What notifications that are accepted together take of their tenant's day. What was not accepted in the end goes back when it is disposed of. Not shared.</summary>
public sealed class QuotaReservation : IDisposable
{
    private readonly SendQuotas quotas;
    private readonly TenantSettings settings;
    private readonly TenantDay day;
    private readonly Dictionary<Guid, List<Taken>> taken = [];
    private int expected;

    internal QuotaReservation(SendQuotas quotas, TenantSettings settings, TenantDay day, int expected) =>
        (this.quotas, this.settings, this.day, this.expected) = (quotas, settings, day, expected);

    private readonly record struct Taken(DailyAllowance Allowance, DailyLimit Limit);

    /// <summary>All that a notification needs, or nothing of it.</summary>
    /// <param name="notification">Its id.</param>
    /// <param name="channels">Of its deliveries that have an address, those that wait in a chain too.</param>
    /// <param name="phone">The recipient's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null: it may be accepted.</returns>
    public async ValueTask<QuotaRefusal?> TakeAsync(Guid notification, IEnumerable<ChannelKind> channels, string? phone, CancellationToken cancellationToken)
    {
        var mine = new List<Taken>();
        foreach (var limit in channels.SelectMany(channel => DailyLimit.Of(settings, channel, phone, day)))
        {
            var allowance = quotas.Of(limit);
            if (limit.Quota == 0 || !await allowance.TakeAsync(limit, expected, cancellationToken))
            {
                GiveBack(mine);
                QuotaMetrics.Refused(limit);
                return new QuotaRefusal(limit);
            }

            mine.Add(new Taken(allowance, limit));
        }

        expected = Math.Max(1, expected - 1);
        if (mine.Count > 0)
            taken[notification] = mine;
        return null;
    }

    /// <summary>It was accepted: what it took stays taken.</summary>
    public void Keep(Guid notification) => taken.Remove(notification);

    public void Dispose()
    {
        foreach (var left in taken.Values)
            GiveBack(left);
        taken.Clear();
    }

    private static void GiveBack(List<Taken> left)
    {
        foreach (var one in left)
            one.Allowance.GiveBack(one.Limit);
    }
}
