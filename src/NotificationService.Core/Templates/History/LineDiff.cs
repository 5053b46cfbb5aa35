namespace NotificationService.Templates.History;

/// <summary>What became of a line: <c>same</c>, <c>removed</c> or <c>added</c>.</summary>
public enum LineFate
{
    Same,
    Removed,
    Added,
}

/// <summary>One line of a difference.</summary>
public readonly record struct DiffLine(LineFate Fate, string Text);

/// <summary>
/// The lines in which two texts differ, by Myers' algorithm: the fewest removed and added lines. Its cost grows with the number of differences, so it
/// looks for no more than a bound of them; texts that differ in more are shown as one removed and the other added, between what both begin and end with.
/// </summary>
public static class LineDiff
{
    /// <summary>Removed and added lines that are looked for.</summary>
    public const int MaxEdits = 200;

    /// <summary>Equal lines that are shown around what differs.</summary>
    private const int Context = 3;

    /// <summary>What differs, with the lines around it; what is equal and further away is left out.</summary>
    public static IReadOnlyList<DiffLine> Of(string before, string after)
    {
        var (old, next) = (before.Split('\n'), after.Split('\n'));
        var start = 0;
        while (start < old.Length && start < next.Length && old[start] == next[start])
            start++;
        var end = 0;
        while (end < old.Length - start && end < next.Length - start && old[^(end + 1)] == next[^(end + 1)])
            end++;
        var lines = new List<DiffLine>();
        lines.AddRange(old.Take(start).Select(line => new DiffLine(LineFate.Same, line)));
        lines.AddRange(Middle(old.AsSpan(start, old.Length - start - end), next.AsSpan(start, next.Length - start - end)));
        lines.AddRange(old.Skip(old.Length - end).Select(line => new DiffLine(LineFate.Same, line)));
        return Near(lines);
    }

    private static List<DiffLine> Middle(ReadOnlySpan<string> old, ReadOnlySpan<string> next)
    {
        var trace = new List<int[]>();
        var max = Math.Min(MaxEdits, old.Length + next.Length);
        // The furthest place in the old text on each diagonal, after so many edits.
        var furthest = new int[(2 * max) + 3];
        for (var edits = 0; edits <= max; edits++)
        {
            trace.Add(furthest.AsSpan(max + 1 - edits, (2 * edits) + 1).ToArray());
            for (var diagonal = -edits; diagonal <= edits; diagonal += 2)
            {
                var at = max + 1 + diagonal;
                var x = diagonal == -edits || (diagonal != edits && furthest[at - 1] < furthest[at + 1]) ? furthest[at + 1] : furthest[at - 1] + 1;
                while (x < old.Length && x - diagonal < next.Length && x - diagonal >= 0 && old[x] == next[x - diagonal])
                    x++;
                furthest[at] = x;
                if (x >= old.Length && x - diagonal >= next.Length)
                    return Path(trace, old, next);
            }
        }

        var lines = new List<DiffLine>();
        foreach (var line in old)
            lines.Add(new DiffLine(LineFate.Removed, line));
        foreach (var line in next)
            lines.Add(new DiffLine(LineFate.Added, line));
        return lines;
    }

    /// <summary>Goes back from the ends of both texts by what was kept before each edit.</summary>
    private static List<DiffLine> Path(List<int[]> trace, ReadOnlySpan<string> old, ReadOnlySpan<string> next)
    {
        var lines = new List<DiffLine>();
        var (x, y) = (old.Length, next.Length);
        for (var edits = trace.Count - 1; edits >= 0; edits--)
        {
            var furthest = trace[edits];
            var diagonal = x - y;
            int At(int of) => edits + of is var index && index >= 0 && index < furthest.Length ? furthest[index] : 0;
            var previous = diagonal == -edits || (diagonal != edits && At(diagonal - 1) < At(diagonal + 1)) ? diagonal + 1 : diagonal - 1;
            var (fromX, fromY) = edits == 0 ? (0, 0) : (At(previous), At(previous) - previous);
            while (x > fromX && y > fromY)
            {
                lines.Add(new DiffLine(LineFate.Same, old[--x]));
                y--;
            }

            if (edits == 0)
                break;
            if (x > fromX)
                lines.Add(new DiffLine(LineFate.Removed, old[--x]));
            else if (y > fromY)
                lines.Add(new DiffLine(LineFate.Added, next[--y]));
        }

        lines.Reverse();
        return lines;
    }

    private static List<DiffLine> Near(List<DiffLine> lines)
    {
        var shown = new bool[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Fate == LineFate.Same)
                continue;
            for (var near = Math.Max(0, i - Context); near <= Math.Min(lines.Count - 1, i + Context); near++)
                shown[near] = true;
        }

        return [.. lines.Where((_, i) => shown[i])];
    }
}
