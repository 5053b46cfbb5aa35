namespace NotificationService.Templates.Samples;

/// <summary>
/// Two texts line by line: what they have in common at both ends stays, and all between goes and comes. One pass: the best of all differences would cost the product of both texts.
/// </summary>
internal static class SampleDiff
{
    private const int Context = 2;
    private const int MaxLines = 100;
    private const int LongestLine = 500;

    /// <summary>Nothing where they are the same.</summary>
    public static IReadOnlyList<string> Of(string before, string after)
    {
        if (string.Equals(before, after, StringComparison.Ordinal))
            return [];
        string[] old = before.Length == 0 ? [] : before.Split('\n'), now = after.Length == 0 ? [] : after.Split('\n');
        var shared = Math.Min(old.Length, now.Length);
        var head = 0;
        while (head < shared && old[head] == now[head])
            head++;
        var tail = 0;
        while (tail < shared - head && old[^(tail + 1)] == now[^(tail + 1)])
            tail++;
        var lines = new List<string>();
        lines.AddRange(old[Math.Max(0, head - Context)..head].Select(line => $" {Short(line)}"));
        Add(lines, '-', old.AsSpan(head, old.Length - head - tail));
        Add(lines, '+', now.AsSpan(head, now.Length - head - tail));
        lines.AddRange(old[^tail..].Take(Context).Select(line => $" {Short(line)}"));
        return lines;
    }

    private static void Add(List<string> lines, char sign, ReadOnlySpan<string> changed)
    {
        foreach (var line in changed[..Math.Min(changed.Length, MaxLines)])
            lines.Add($"{sign}{Short(line)}");
        if (changed.Length > MaxLines)
            lines.Add($"{sign}… {changed.Length - MaxLines} more lines");
    }

    private static string Short(string line)
    {
        line = line.TrimEnd('\r');
        return line.Length <= LongestLine ? line : $"{line.AsSpan(0, char.IsHighSurrogate(line[LongestLine - 1]) ? LongestLine - 1 : LongestLine)}…";
    }
}
