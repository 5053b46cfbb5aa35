using System.Buffers;

namespace NotificationService.Providers;

/// <summary>Text on its way into a mail header, where a line break would begin a header of the writer's own.</summary>
internal static class HeaderText
{
    private static readonly SearchValues<char> Breaks = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Concat(Enumerable.Range(0x7F, 0x21)).Select(c => (char)c), '\u2028', '\u2029']);

    /// <summary>The text with every control character a blank; most have none and stay as they are.</summary>
    public static string OneLine(string text) => text.AsSpan().ContainsAny(Breaks)
        ? string.Concat(text.Select(c => Breaks.Contains(c) ? ' ' : c)).Trim()
        : text;
}
