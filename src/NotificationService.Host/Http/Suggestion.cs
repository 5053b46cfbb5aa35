namespace NotificationService.Host.Http;

/// <summary>"Did you mean …?" for a name that nobody knows.</summary>
internal static class Suggestion
{
    private const int LongestName = 64;

    public static string Unknown(string kind, string name, IEnumerable<string> known)
    {
        var names = known.ToList();
        var said = $"There is no {kind} '{Problem.Echo(name)}' here.";
        var plain = name.Length > LongestName ? null : Plain(name);
        var near = plain is null ? null : names
            .Where(candidate => Math.Abs(plain.Length - Plain(candidate).Length) <= Max(candidate))
            .Select(candidate => (Name: candidate, Distance: Distance(plain, Plain(candidate))))
            .Where(candidate => candidate.Distance <= Max(candidate.Name))
            .OrderBy(candidate => candidate.Distance)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
        if (near is not null)
            return $"{said} Did you mean '{near}'?";
        return names.Count is > 0 and <= 20 ? $"{said} Known are {string.Join(", ", names)}." : said;
    }

    /// <summary>Letters by which a name may differ and still be meant.</summary>
    private static int Max(string candidate) => Math.Max(1, candidate.Length / 3);

    private static string Plain(string name) =>
        name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Levenshtein's: letters added, dropped or changed.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var changed = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
