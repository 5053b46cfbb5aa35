using System.Text;

namespace NotificationService.BulkJobs.Csv;

/// <summary>
/// What exactly is wrong with a row, by line and column. Asked only where the reader found something (a stray quote, a
/// row or field too long), so it goes through the row byte by byte; it reads quotes as the reader does.
/// </summary>
internal ref struct CsvDiagnosis(ReadOnlySpan<byte> row, bool isWhole, int line, byte delimiter, CsvLimits limits, IReadOnlyList<string>? headers)
{
    private readonly ReadOnlySpan<byte> row = row[..Math.Min(row.Length, limits.LongestRow)];
    private readonly bool isWhole = isWhole && row.Length <= limits.LongestRow;
    private readonly bool isTooLong = row.Length > limits.LongestRow;
    private int at;
    private int column;
    private readonly int firstLine = line;
    private int lineNow = line;

    /// <summary>The first text behind a closing quote, which spoils this row only.</summary>
    public CsvRowFault? RowFault { get; private set; }

    /// <summary>The first fault for which the file is refused; null if there is none.</summary>
    public CsvRefusal? Refusal()
    {
        while (true)
        {
            if (column == limits.MostColumns)
                return new CsvRefusal(CsvCodes.TooManyColumns, $"Line {firstLine} has more than {limits.MostColumns:N0} columns.", firstLine);
            while (at < row.Length && row[at] == ' ')
                at++;
            if ((at < row.Length && row[at] == '"' ? Quoted() : Plain(at)) is { } refusal)
                return refusal;
            if (at >= row.Length)
                return isTooLong || !isWhole ? RowTooLong() : null;
            at++;
            column++;
        }
    }

    private CsvRefusal? Plain(int from)
    {
        var end = row[at..].IndexOf(delimiter);
        at = end < 0 ? row.Length : at + end;
        return Length(from, at) > limits.LongestField ? TooLong() : null;
    }

    private CsvRefusal? Quoted()
    {
        var (opened, openedIn) = (at, lineNow);
        var length = 0;
        at++;
        while (true)
        {
            var next = row[at..].IndexOfAny((byte)'"', (byte)'\r', (byte)'\n');
            var end = next < 0 ? row.Length : at + next;
            length += Length(at, end);
            if (length > limits.LongestField)
                return lineNow > openedIn ? Unclosed(openedIn, $"is not closed within {limits.LongestField:N0} characters") : TooLong();
            if (next < 0)
            {
                at = end;
                return isTooLong || !isWhole ? null : Unclosed(openedIn, "is not closed before the file ends");
            }

            at = end + 1;
            length++;
            if (row[end] != '"')
            {
                lineNow += row[end] == '\n' && row[end - 1] == '\r' ? 0 : 1;
            }
            else if (at < row.Length && row[at] == '"')
            {
                at++;
            }
            else
            {
                return Closed(opened, openedIn);
            }
        }
    }

    private CsvRefusal? Closed(int opened, int openedIn)
    {
        while (at < row.Length && row[at] == ' ')
            at++;
        if (at == row.Length || row[at] == delimiter)
            return null;
        if (lineNow > openedIn)
            return Unclosed(openedIn, $"is not closed properly: the next quote, in line {lineNow}, has text behind it");
        RowFault ??= new CsvRowFault(CsvCodes.QuoteMisplaced, $"In {Name()} there is text behind a closing quote. Double the quotes that belong to the text, as in \"a \"\"good\"\" day\".", column);
        return Plain(opened);
    }

    private readonly CsvRefusal Unclosed(int openedIn, string what) =>
        new(CsvCodes.QuoteUnclosed, $"The quote that opens in line {openedIn}, {Name()}, {what}.", openedIn, Name());

    private readonly CsvRefusal TooLong() =>
        new(CsvCodes.FieldTooLong, $"Line {lineNow}, {Name()}: a field has at most {limits.LongestField:N0} characters.", lineNow, Name());

    private readonly CsvRefusal RowTooLong() =>
        new(CsvCodes.RowTooLong, $"The row that starts in line {firstLine} is longer than {limits.LongestRow:N0} bytes.", firstLine);

    private readonly string Name() => headers is not null && column < headers.Count ? $"column '{headers[column]}'" : $"column {column + 1}";

    private readonly int Length(int from, int to) => Encoding.UTF8.GetCharCount(row[from..to]);
}
