namespace NotificationService.Topics;

/// <summary>Keys of topics from one on and before another, as C orders them.</summary>
public readonly record struct TopicRange(string From, string Before)
{
    /// <summary>One key and no other.</summary>
    public static TopicRange Of(string key) => new(key, $"{key}\u0001");

    /// <summary>Whether all of it lies before a key.</summary>
    public bool IsBehind(string key) => string.CompareOrdinal(Before, key) <= 0;

    /// <summary>What is reached by some keys: each of them and all below it, every one once and in their order.</summary>
    public static IReadOnlyList<TopicRange> Reached(IEnumerable<string> keys)
    {
        var (ranges, above) = (new List<TopicRange>(), new List<string>());
        foreach (var key in keys.Distinct(StringComparer.Ordinal).OrderBy(key => key.Length))
        {
            // What lies below one that is named is reached by that.
            if (above.Exists(one => key.StartsWith($"{one}/", StringComparison.Ordinal)))
                continue;
            above.Add(key);
            var (from, before) = TopicKey.Below(key);
            ranges.AddRange([Of(key), new TopicRange(from, before)]);
        }

        return [.. ranges.OrderBy(range => range.From, StringComparer.Ordinal)];
    }
}
