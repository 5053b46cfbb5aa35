using System.Text.RegularExpressions;

namespace NotificationService.Providers;

/// <summary>Makes a vendor's words fit for a timeline: one line, short, without addresses, numbers or our secret.</summary>
internal static partial class VendorText
{
    private const int Longest = 300;

    public static string Clean(string text, string? secret = null)
    {
        var shortened = text.Length > 2000 ? text[..2000] : text;
        if (!string.IsNullOrEmpty(secret))
            shortened = shortened.Replace(secret, "[secret]", StringComparison.Ordinal);
        var masked = Number().Replace(Address().Replace(shortened, "[address]"), "[number]");
        var line = string.Concat(masked.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)).Trim();
        return line.Length > Longest ? line[..Longest] : line;
    }

    [GeneratedRegex(@"[^\s<>""'(),;:]+@[^\s<>""'(),;:]+", RegexOptions.None, 1000)]
    private static partial Regex Address();

    [GeneratedRegex(@"\+?\d{7,}", RegexOptions.None, 1000)]
    private static partial Regex Number();
}
