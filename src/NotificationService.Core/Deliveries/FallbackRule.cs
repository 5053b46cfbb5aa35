namespace NotificationService.Deliveries;

/// <summary>One channel after the other: the next one is tried when one ends without success, or has not reached the recipient in time.</summary>
/// <param name="After">How long each channel has; null leaves it its time until it fails.</param>
public sealed record FallbackRule(TimeSpan? After)
{
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Longest = TimeSpan.FromHours(72);

    /// <summary>When the delivery at a place is due, the first being due at <paramref name="start"/>.</summary>
    public DateTimeOffset DueAt(DateTimeOffset start, int place) => After is { } after
        ? start + after * (place - 1)
        : start + (place == 1 ? TimeSpan.Zero : Longest);
}

/// <summary>How a notification's channels are used. Stored as a smallint: never renumber.</summary>
public enum Strategy : short
{
    All = 1,
    Fallback = 2,
}

public static class Strategies
{
    public const string All = "all";
    public const string Fallback = "fallback";

    public static string NameOf(FallbackRule? rule) => rule is null ? All : Fallback;

    /// <summary>The rule of two columns.</summary>
    public static FallbackRule? Read(short strategy, int? seconds) =>
        (Strategy)strategy == Strategy.Fallback ? new FallbackRule(seconds is { } after ? TimeSpan.FromSeconds(after) : null) : null;
}
