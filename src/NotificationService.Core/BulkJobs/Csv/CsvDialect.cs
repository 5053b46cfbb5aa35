using System.Text;

namespace NotificationService.BulkJobs.Csv;

/// <summary>What separates the columns, recognised from the first line that is not blank.</summary>
/// <param name="HasHint">The first line is Excel's <c>sep=;</c> and no header.</param>
internal readonly record struct CsvDialect(char Delimiter, bool HasHint)
{
    private const string Delimiters = ",;\t";

    /// <summary>Null when that line has not come to its end and more can come.</summary>
    public static CsvDialect? Of(ReadOnlySpan<byte> text, bool isAll)
    {
        if (Hint(text, isAll) is not { } hinted)
            return null;
        if (hinted)
            return new CsvDialect((char)text[4], HasHint: true);

        Span<int> counts = stackalloc int[Delimiters.Length];
        var (atStart, inQuotes, closed, hasText, bars, line) = (true, false, false, false, 0, 1);
        for (var i = 0; i < text.Length; i++)
        {
            var value = text[i];
            var isBreak = value is (byte)'\r' or (byte)'\n';
            if (inQuotes || (value == '"' && (atStart || closed)))
            {
                // A quote behind the one that seemed to close was doubled, and the text goes on.
                closed = inQuotes && value == '"';
                inQuotes = !closed;
                (hasText, atStart) = (true, false);
                continue;
            }

            closed = false;

            if (isBreak && hasText)
                return Decide(counts, bars, line);
            var delimiter = value < 0x80 ? Delimiters.IndexOf((char)value, StringComparison.Ordinal) : -1;
            if (delimiter >= 0)
                counts[delimiter]++;
            else if (isBreak)
                counts.Clear();
            bars += value == '|' ? 1 : 0;
            line += isBreak && !(value == '\n' && i > 0 && text[i - 1] == '\r') ? 1 : 0;
            hasText |= delimiter < 0 && !isBreak && value != ' ';
            atStart = delimiter >= 0 || isBreak || (atStart && value == ' ');
        }

        return isAll ? Decide(counts, bars, line) : null;
    }

    /// <summary>Null while it may still become one.</summary>
    private static bool? Hint(ReadOnlySpan<byte> text, bool isAll)
    {
        var start = text[..Math.Min(4, text.Length)];
        if (!Ascii.EqualsIgnoreCase(start, "sep="u8[..start.Length]))
            return false;
        if (text.Length < 6)
            return isAll ? false : null;
        return text[5] is (byte)'\r' or (byte)'\n' && Delimiters.Contains((char)text[4], StringComparison.Ordinal);
    }

    private static CsvDialect Decide(ReadOnlySpan<int> counts, int bars, int line)
    {
        var best = 0;
        for (var i = 1; i < counts.Length; i++)
            best = counts[i] > counts[best] ? i : best;
        if (counts[best] == 0 && bars > 0)
            throw Refused("The columns of the header seem to be separated by |. Separate them by comma, semicolon or tab.", line);
        if (counts[best] > 0 && counts.Count(counts[best]) > 1)
            throw Refused("The header has as many of one delimiter as of another, so that it cannot be told which one separates the columns. Put names that hold a comma, semicolon or tab in double quotes.", line);
        return new CsvDialect(Delimiters[best], HasHint: false);
    }

    private static CsvRefusedException Refused(string message, int line) => new(new CsvRefusal(CsvCodes.Delimiter, message, line));
}
