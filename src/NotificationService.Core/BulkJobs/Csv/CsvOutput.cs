using CsvHelper;

namespace NotificationService.BulkJobs.Csv;

/// <summary>
/// A CSV file that is written as a stream: UTF-8 with a byte order mark, by which a spreadsheet takes it for UTF-8, and CR LF behind each row. A field is
/// read back the same by <see cref="CsvFile"/> and <see cref="CsvEscaping.Unescaped"/>, and no spreadsheet runs it. Not thread-safe.
/// </summary>
public sealed class CsvOutput : IAsyncDisposable
{
    /// <summary>What is held before it is written out; more only for a single row that is longer.</summary>
    private const int BufferBytes = 32 * 1024;

    private readonly CsvWriter writer;

    /// <param name="stream">It stays the caller's and open.</param>
    /// <param name="delimiter">Between the fields of a row.</param>
    public CsvOutput(Stream stream, char delimiter) => writer = CsvWriter.Create(
        stream,
        new CsvWriterOptions
        {
            Separator = delimiter,
            WriteByteOrderMark = true,
            NewLine = "\r\n",
            BufferSize = BufferBytes,
            ShouldQuote = static (field, _, _, _) => CsvEscaping.WantsQuotes(field),
        },
        leaveOpen: true);

    /// <summary>All rows have as many fields as the first.</summary>
    /// <exception cref="InvalidOperationException">This one has not.</exception>
    public ValueTask WriteAsync(IEnumerable<string?> fields, CancellationToken cancellationToken)
    {
        foreach (var field in fields)
            writer.WriteField(CsvEscaping.Escaped(field));
        return writer.EndRecordAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => writer.DisposeAsync();
}
