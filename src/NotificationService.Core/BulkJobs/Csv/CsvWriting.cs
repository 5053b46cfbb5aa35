using System.Buffers;

namespace NotificationService.BulkJobs.Csv;

/// <summary>How fields are written, so that they are read back the same and no spreadsheet runs them.</summary>
public static class CsvWriting
{
    /// <summary>With these a spreadsheet begins a formula; the last four are the full-width forms that East Asian ones take too.</summary>
    private static readonly SearchValues<char> Formula = SearchValues.Create("=+-@\t\r\n\0＝＋－＠");

    /// <summary>Every delimiter that a file may have or seem to have, so that none is mistaken for this one's.</summary>
    private static readonly SearchValues<char> Special = SearchValues.Create("\",;|\t\r\n");

    /// <summary>A value that begins like a formula gets an apostrophe, which <see cref="Unescaped"/> takes off again.</summary>
    public static string Field(string? value, char delimiter)
    {
        if (string.IsNullOrEmpty(value))
            return "";
        var text = IsFormula(value) ? "'" + value : value;
        var mustQuote = text.AsSpan().ContainsAny(Special) || text.Contains(delimiter, StringComparison.Ordinal) || IsSpace(text[0]) || IsSpace(text[^1]);
        return mustQuote ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }

    public static string Unescaped(string value) => value.StartsWith('\'') && IsFormula(value) ? value[1..] : value;

    /// <summary>
    /// Also one behind spaces, which some spreadsheets and our own reader take off, and one behind apostrophes: it gets one
    /// more, so that taking one off gives back what was there.
    /// </summary>
    private static bool IsFormula(string value)
    {
        var start = value.AsSpan().IndexOfAnyExcept('\'', ' ', '\u00a0');
        return start >= 0 && Formula.Contains(value[start]);
    }

    private static bool IsSpace(char character) => character is ' ' or '\u00a0';
}
