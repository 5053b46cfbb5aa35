namespace NotificationService.Channels.Routing;

/// <summary>
/// In which order a delivery tries its providers: priority by priority, and within one priority by weight. The same
/// providers and the same random bits give the same order, so that a decision can be explained and tested.
/// </summary>
public static class RoutingOrder
{
    /// <summary>Weights are whole numbers; shares of them are counted in thousandths.</summary>
    private const double Fine = 1000;

    /// <param name="providers">A tenant's providers of one channel, in any order.</param>
    /// <param name="share">How much of its weight each still has, above 0 and at most 1.</param>
    /// <param name="bits">Random bits, or a hash where one delivery should keep to one order.</param>
    public static IReadOnlyList<ConfiguredProvider> Of(IReadOnlyList<ConfiguredProvider> providers, Func<ConfiguredProvider, double> share, ulong bits)
    {
        if (providers.Count < 2)
            return providers;
        var ordered = providers.OrderBy(provider => provider.Priority).ThenBy(provider => provider.Id).ToArray();
        for (var start = 0; start < ordered.Length;)
        {
            var end = start + 1;
            while (end < ordered.Length && ordered[end].Priority == ordered[start].Priority)
                end++;
            Draw(ordered.AsSpan(start, end - start), share, ref bits);
            start = end;
        }

        return ordered;
    }

    /// <summary>Draws without putting back, each with the odds of its weight; what weighs nothing comes last.</summary>
    private static void Draw(Span<ConfiguredProvider> group, Func<ConfiguredProvider, double> share, ref ulong bits)
    {
        for (var place = 0; place < group.Length - 1; place++)
        {
            var rest = group[place..];
            var total = 0UL;
            foreach (var provider in rest)
                total += Weight(provider, share);
            if (total == 0)
                return;
            var point = (ulong)(((UInt128)Next(ref bits) * total) >> 64);
            var drawn = 0;
            while (point >= Weight(rest[drawn], share))
                point -= Weight(rest[drawn++], share);
            var first = rest[drawn];
            rest[..drawn].CopyTo(rest[1..]);
            rest[0] = first;
        }
    }

    private static ulong Weight(ConfiguredProvider provider, Func<ConfiguredProvider, double> share) =>
        provider.Weight == 0 ? 0 : Math.Max(1, (ulong)(provider.Weight * Fine * share(provider)));

    /// <summary>SplitMix64: several independent numbers of one seed.</summary>
    private static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
