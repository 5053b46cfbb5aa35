using System.Globalization;
using NotificationService.Templates.Rendering;

namespace NotificationService.Templates.Language;

/// <summary>Functions whose results can be as long as what they are given: the length is worked out and paid for before anything is made.</summary>
internal static class TextFunctions
{
    private const string Ellipsis = "…";
    private const int LongestEllipsis = 16;

    /// <summary>As many characters are never one that a person sees.</summary>
    private const int LongestCluster = 32;

    /// <summary><c>truncate text 40 "…"</c>: at most that long together with what is printed in place of the rest, and never cut within a character.</summary>
    public static object? Truncate(ReadOnlySpan<object?> arguments)
    {
        var text = PlainValue.Text(arguments[0]);
        var length = (int)Math.Clamp(PlainValue.Number(arguments[1]) ?? 0, 0, TemplateLimits.TextCharacters);
        if (text.Length <= length)
            return text;
        var rest = arguments.Length > 2 ? PlainValue.Text(arguments[2]) : Ellipsis;
        rest = rest[..Boundary(rest, Math.Min(rest.Length, Math.Min(LongestEllipsis, length)))];
        var kept = Boundary(text, length - rest.Length);
        while (kept > 0 && char.IsWhiteSpace(text[kept - 1]) && length - kept < LongestCluster)
            kept--;
        RenderBudget.Make(kept + rest.Length);
        return string.Concat(text.AsSpan(0, kept), rest);
    }

    /// <summary><c>urlEncode text</c>: whatever RFC 3986 does not leave as it is, as %XX of its UTF-8.</summary>
    public static object? UrlEncode(ReadOnlySpan<object?> arguments)
    {
        var text = PlainValue.Text(arguments[0]);
        RenderBudget.StepOver(text.Length);
        long length = 0;
        foreach (var rune in text.EnumerateRunes())
            length += IsUnreserved(rune.Value) ? 1 : 3 * rune.Utf8SequenceLength;
        RenderBudget.Make(length);
        return length == text.Length ? text : Uri.EscapeDataString(text);
    }

    /// <summary><c>json value</c>: the value as JSON that may also stand in HTML.</summary>
    public static object? Json(ReadOnlySpan<object?> arguments)
    {
        var length = JsonText.Measure(arguments[0]);
        RenderBudget.Make(length);
        return string.Create((int)length, arguments[0], static (text, value) => JsonText.Write(text, value));
    }

    private static bool IsUnreserved(int c) => c < 128 && (char.IsAsciiLetterOrDigit((char)c) || c is '-' or '.' or '_' or '~');

    /// <summary>The last place up to there at which the text can be cut: between the halves of a pair, before a mark and beside a joiner it cannot.</summary>
    private static int Boundary(string text, int at)
    {
        for (var tried = 0; at > 0 && at < text.Length && tried < LongestCluster && Joins(text, at); tried++)
            at--;
        // Out of a run of marks without end it is cut anyhow, only not within a pair.
        return at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]) ? at - 1 : at;
    }

    private static bool Joins(string text, int at) =>
        char.IsLowSurrogate(text[at]) || text[at] == '\u200D' || text[at - 1] == '\u200D'
        || CharUnicodeInfo.GetUnicodeCategory(text, at) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ModifierSymbol;
}
