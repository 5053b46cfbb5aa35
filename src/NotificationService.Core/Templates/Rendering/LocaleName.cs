using System.Text.RegularExpressions;

namespace NotificationService.Templates;

/// <summary>Names of locales: a language and, after hyphens, more. <c>fr-CA</c> falls back to <c>fr</c>, then <c>en</c>, then the first there is.</summary>
public static partial class LocaleName
{
    public const string Usual = "en";

    public static bool IsValid(string locale) => locale.Length <= 35 && Shape().IsMatch(locale);

    /// <summary>The best of what is offered, in the order it is offered. The offer is never empty.</summary>
    public static int Choose(IReadOnlyList<string> offered, string? wanted)
    {
        for (var name = wanted?.Replace('_', '-') ?? ""; name.Length > 0; name = name[..Math.Max(0, name.LastIndexOf('-'))])
        {
            if (Find(offered, name) is var exact and >= 0)
                return exact;
        }

        return Math.Max(0, Find(offered, Usual));
    }

    private static int Find(IReadOnlyList<string> offered, string name)
    {
        for (var i = 0; i < offered.Count; i++)
        {
            if (string.Equals(offered[i], name, StringComparison.OrdinalIgnoreCase))
                return i;
        }

        return -1;
    }

    [GeneratedRegex("^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*\\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}
