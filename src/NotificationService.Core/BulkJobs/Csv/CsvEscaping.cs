using System.Buffers;

namespace NotificationService.BulkJobs.Csv;

/// <summary>What a field is written as, so that no spreadsheet runs it and none mistakes its separator; CsvHelper's own escaping knows neither spaces nor wide letters.</summary>
public static class CsvEscaping
{
    /// <summary>With these a spreadsheet begins a formula; the last four are the full-width forms that East Asian ones take too.</summary>
    private static readonly SearchValues<char> Formula = SearchValues.Create("=+-@\t\r\n\0＝＋－＠");

    /// <summary>Every delimiter that a file may have or seem to have, so that none is mistaken for this one's.</summary>
    private static readonly SearchValues<char> Delimiters = SearchValues.Create(",;|\t");

    /// <summary>A value that begins like a formula gets an apostrophe, which <see cref="Unescaped"/> takes off again.</summary>
    public static string? Escaped(string? value) => value is not null && IsFormula(value) ? "'" + value : value;

    public static string Unescaped(string value) => value.StartsWith('\'') && IsFormula(value) ? value[1..] : value;

    /// <summary>Whether a field is put in quotes that would do without; one with a quote or a line break never does.</summary>
    public static bool WantsQuotes(ReadOnlySpan<char> field) => field.ContainsAny(Delimiters) || (field.Length > 0 && (IsSpace(field[0]) || IsSpace(field[^1])));

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
