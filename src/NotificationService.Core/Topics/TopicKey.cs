using NotificationService.Channels;

namespace NotificationService.Topics;

/// <summary>What names a topic. Keys nest: <c>building-7/floor-2</c> is below <c>building-7</c>, whether or not that is a topic.</summary>
public static class TopicKey
{
    public const int Longest = 200;
    public const int MaxDepth = 8;

    private const char Separator = '/';

    private static readonly AddressIssue Invalid = new(
        "topic_key_invalid",
        $"A topic's key has 1 to {Longest} characters: at most {MaxDepth} names with '/' between them, each of letters from a to z, digits and . _ : @ + -, a letter or digit first.");

    /// <summary>Null for a good one.</summary>
    public static AddressIssue? Check(string? key) =>
        key is { Length: > 0 and <= Longest } && key.Split(Separator) is { Length: <= MaxDepth } names && Array.TrueForAll(names, IsName) ? null : Invalid;

    /// <summary>Keys that are below one, as C orders them: from the first on, and before the second. What lies between the key itself and them is not below it.</summary>
    public static (string From, string Before) Below(string key) => ($"{key}{Separator}", $"{key}{(char)(Separator + 1)}");

    private static bool IsName(string name) => name.Length > 0 && char.IsAsciiLetterOrDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || "._:@+-".Contains(c, StringComparison.Ordinal));
}
