namespace NotificationService.BulkJobs.Csv;

/// <summary>"Did you mean …?" for a column that is not there.</summary>
internal static class NearestName
{
    private const int Longest = 64;

    /// <summary>A sentence with a space before it; empty where nothing is near.</summary>
    public static string Hint(string name, IEnumerable<string> known)
    {
        var wanted = HeaderNames.Plain(name);
        var near = wanted.Length > Longest ? null : known
            .Select(candidate => (Name: candidate, Plain: HeaderNames.Plain(candidate)))
            .Where(candidate => candidate.Plain.Length is > 0 and <= Longest)
            .Select(candidate => (candidate.Name, candidate.Plain, Max: Math.Max(1, Math.Max(wanted.Length, candidate.Plain.Length) / 3)))
            .Where(candidate => Math.Abs(wanted.Length - candidate.Plain.Length) <= candidate.Max)
            .Select(candidate => (candidate.Name, Distance: Distance(wanted, candidate.Plain), candidate.Max))
            .Where(candidate => candidate.Distance <= candidate.Max)
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
        return near is null ? "" : $" Did you mean '{near}'?";
    }

    /// <summary>For messages: a header may be 64 KiB long.</summary>
    public static string Shown(string name) => name.Length <= Longest ? name : name[..(char.IsHighSurrogate(name[Longest - 1]) ? Longest - 1 : Longest)] + "…";

    /// <summary>Letters added, dropped, changed, or swapped with the next one.</summary>
    private static int Distance(string left, string right)
    {
        var before = new int[right.Length + 1];
        var above = Enumerable.Range(0, right.Length + 1).ToArray();
        var row = new int[right.Length + 1];
        for (var i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                row[j] = Math.Min(above[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1), Math.Min(above[j], row[j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, above, row) = (above, row, before);
        }

        return above[right.Length];
    }
}
