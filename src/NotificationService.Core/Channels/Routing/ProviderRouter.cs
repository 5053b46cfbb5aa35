using NotificationService.Tenants;

namespace NotificationService.Channels.Routing;

/// <summary>Which provider a delivery goes to now.</summary>
public abstract record Route
{
    private Route()
    {
    }

    /// <param name="Provider">The one to call.</param>
    /// <param name="All">It and the others of the channel.</param>
    public sealed record To(ConfiguredProvider Provider, IReadOnlyList<ConfiguredProvider> All) : Route;

    /// <summary>None is configured and enabled.</summary>
    public sealed record Nobody : Route;

    /// <summary>None is of use at the moment.</summary>
    /// <param name="In">When to look again.</param>
    public sealed record Later(TimeSpan In, string Code, string Message) : Route
    {
        /// <summary>A provider does not accept its account, and there is no other.</summary>
        public const string SuspendedCode = "provider_parked";
    }
}

/// <summary>
/// Chooses among a channel's providers: the first priority that has one of use, within it by weight, and after a failure
/// another one than the last. The weight of a provider that fails or is slow beside its neighbours goes down with it.
/// </summary>
public sealed class ProviderRouter(ProviderDirectory directory)
{
    private const double MinShare = 0.02;

    /// <summary>Up to twice as slow as the fastest is no difference.</summary>
    private const double Tolerated = 2;

    /// <summary>Its lane is held anyway, and somebody may correct the provider in between.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>So that <see cref="ChooseAsync"/> chooses for each of these from what is in memory.</summary>
    public Task RefreshAsync(IEnumerable<(TenantId Tenant, ChannelKind Channel)> lanes, CancellationToken cancellationToken) => directory.RefreshAsync(lanes, cancellationToken);

    /// <param name="last">Who was called for it the last time, if anybody.</param>
    /// <param name="bits">Random bits; the same give the same choice.</param>
    public async ValueTask<(Route Route, IReadOnlyList<ConfiguredProvider> All)> ChooseAsync(
        TenantId tenant, ChannelKind channel, bool live, Guid? last, ulong bits, CancellationToken cancellationToken)
    {
        var all = await directory.ForAsync(tenant, channel, live, cancellationToken);
        return (Choose(all, last, bits), all);
    }

    /// <summary>The choice itself.</summary>
    public static Route Choose(IReadOnlyList<ConfiguredProvider> all, Guid? last, ulong bits)
    {
        switch (all.Count)
        {
            case 0:
                return new Route.Nobody();
            case 1:
                return all[0].Limiter.AbleIn > TimeSpan.Zero ? Wait(all) : new Route.To(all[0], all);
        }

        var able = all.Where(IsAble).ToArray();
        if (able.Length == 0)
            return Wait(all);
        var order = RoutingOrder.Of(able, Weighed(able), bits);
        return new Route.To(order.FirstOrDefault(provider => provider.Id != last) ?? order[0], all);
    }

    /// <summary>Whether somebody else could take over at once.</summary>
    public static bool HasAnother(IReadOnlyList<ConfiguredProvider> all, Guid than) =>
        all.Count > 1 && all.Any(provider => provider.Id != than && IsAble(provider));

    /// <summary>Those that deliveries go to now: of use, and of the first priority that has any.</summary>
    public static IEnumerable<ConfiguredProvider> InTurn(IReadOnlyList<ConfiguredProvider> all)
    {
        int? priority = null;
        foreach (var provider in all)
        {
            if (IsAble(provider) && (priority ??= provider.Priority) == provider.Priority)
                yield return provider;
        }
    }

    private static bool IsAble(ConfiguredProvider provider) => provider.Limiter.AbleIn == TimeSpan.Zero;

    private static Route.Later Wait(IReadOnlyList<ConfiguredProvider> all)
    {
        var soonest = all.Min(provider => provider.Limiter.AbleIn);
        var pause = soonest < LongestPause ? soonest : LongestPause;
        return all.Select(provider => provider.Limiter.Suspension).FirstOrDefault(suspension => suspension is not null) is { } suspension
            ? new Route.Later(pause, Route.Later.SuspendedCode, $"the provider does not accept its configuration: {suspension.Message}")
            : new Route.Later(pause, "provider_resting", "the provider failed or asked to slow down, and is left alone for a moment");
    }

    private static Func<ConfiguredProvider, double> Weighed(ConfiguredProvider[] able)
    {
        var fastest = able.Min(provider => provider.Limiter.Health.Takes is var takes && takes > TimeSpan.Zero ? takes.TotalSeconds : double.MaxValue);
        return provider =>
        {
            var (failing, takes) = provider.Limiter.Health;
            var slower = takes > TimeSpan.Zero ? takes.TotalSeconds / (fastest * Tolerated) : 1;
            return Math.Max(MinShare, (1 - failing) / Math.Max(1, slower));
        };
    }
}
