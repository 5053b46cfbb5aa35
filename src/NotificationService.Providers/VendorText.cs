using System.Text.RegularExpressions;

namespace NotificationService.Providers;

/// <summary>Makes a vendor's words fit for a timeline: one line, short, without addresses, numbers or our secrets.</summary>
internal static partial class VendorText
{
    private const int Longest = 300;
    private const int ShortestSecret = 6;

    /// <param name="text">The vendor's words.</param>
    /// <param name="secrets">What the vendor knows of us and may repeat. One that is no longer than a common word is none.</param>
    public static string Clean(string text, params IReadOnlyList<string?> secrets)
    {
        // Before it is cut: half a secret would not be found any more.
        foreach (var secret in secrets.Where(secret => secret is { Length: >= ShortestSecret }).OrderByDescending(secret => secret!.Length))
            text = text.Replace(secret!, "[secret]", StringComparison.Ordinal);
        var shortened = text.Length > 2000 ? text[..2000] : text;
        var masked = Number().Replace(Address().Replace(shortened, "[address]"), "[number]");
        var line = string.Concat(masked.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)).Trim();
        return line.Length > Longest ? line[..Longest] : line;
    }

    [GeneratedRegex(@"[^\s<>""'(),;:]+@[^\s<>""'(),;:]+", RegexOptions.None, 1000)]
    private static partial Regex Address();

    [GeneratedRegex(@"\+?\d{7,}", RegexOptions.None, 1000)]
    private static partial Regex Number();
}
