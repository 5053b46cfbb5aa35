using System.Runtime.CompilerServices;
using CsvHelper;

namespace NotificationService.BulkJobs.Csv;

/// <summary>
/// A CSV file read from a stream that goes forward only, with a few hundred KiB of it in memory. Every fault of the file is
/// a <see cref="CsvRefusedException"/>; what the stream itself throws (a connection cut half-way) goes through as it is.
/// </summary>
public sealed class CsvFile : IAsyncDisposable
{
    /// <summary>As far as the header line is looked at for the delimiter.</summary>
    private const int Head = 64 * 1024;
    private const int SignatureHead = 4096;

    private readonly CsvLimits limits;
    private readonly CsvInput input;
    private CsvText? text;
    private CsvReader? reader;
    private bool isMalformed;
    private bool isReading;

    private CsvFile(Stream stream, CsvLimits limits)
    {
        this.limits = limits;
        input = new CsvInput(stream, limits.MostBytes);
    }

    /// <summary><c>utf-8</c>, <c>utf-16</c> or <c>windows-1252</c>; final when the rows have been read.</summary>
    public string Encoding => text?.Encoding switch
    {
        CsvEncoding.Utf16 or CsvEncoding.Utf16BigEndian => "utf-16",
        CsvEncoding.Windows1252 => "windows-1252",
        _ => "utf-8",
    };

    public char Delimiter { get; private set; }

    /// <summary>Trimmed, none empty; those without a name behind the last one with a name are left out.</summary>
    public IReadOnlyList<string> Headers { get; private set; } = [];

    public int HeaderLine { get; private set; }

    /// <summary>Of the bytes as they came. There is none before the rows have been read to the end.</summary>
    public string Sha256Hex => input.Sha256Hex ?? throw new InvalidOperationException("the file has not been read to its end");

    /// <summary>Read so far.</summary>
    public long Bytes => input.Bytes;

    /// <summary>Reads as far as the header. The stream stays the caller's, to be disposed after this.</summary>
    public static async Task<CsvFile> OpenAsync(Stream stream, CsvLimits limits, CancellationToken cancellationToken)
    {
        var file = new CsvFile(stream, limits);
        try
        {
            await file.BeginAsync(cancellationToken);
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Once only. Blank lines, also those of nothing but delimiters, are passed over.</summary>
    public async IAsyncEnumerable<CsvRow> RowsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (isReading)
            throw new InvalidOperationException("a stream can be read once");
        isReading = true;
        var count = 0;
        while (await ReadRowAsync(cancellationToken) is { } row)
        {
            if (++count > limits.MostRows)
                throw Refused(new CsvRefusal(CsvCodes.TooManyRows, $"The file has more than {limits.MostRows:N0} rows. Split it.", row.Line));
            yield return row;
        }

        if (count == 0)
            throw Refused(new CsvRefusal(CsvCodes.Empty, "The file has a header and no row below it.", HeaderLine));
    }

    public async ValueTask DisposeAsync()
    {
        if (reader is not null)
            await reader.DisposeAsync();
        if (text is not null)
            await text.DisposeAsync();
        input.Dispose();
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        while (input.Waiting.Length < SignatureHead && !input.Ended)
            await input.FillAsync(cancellationToken);
        if (FileSignature.Refusal(input.Waiting) is { } refusal)
            throw Refused(refusal);

        text = new CsvText(input, limits.LongestRow);
        var dialect = await FindDialectAsync(text, cancellationToken);
        Delimiter = dialect.Delimiter;
        reader = CsvReader.Create(text, new CsvReaderOptions
        {
            Separator = Delimiter,
            DetectSeparatorHint = false,
            HasHeader = false,
            TrackLineNumbers = true,
            TrimWhitespace = true,
            WhitespaceCharacters = " ",
            MaxRecordSize = limits.LongestRow,
            OnMalformedRecord = _ => isMalformed = true,
        }, leaveOpen: true);
        if (dialect.HasHint)
            await reader.ReadAsync(cancellationToken);
        CsvRow header;
        do
            header = await ReadRowAsync(cancellationToken) ?? throw Refused(new CsvRefusal(CsvCodes.Empty, "The file is empty.", 1));
        while (CsvHeader.IsBlank(header));
        if (header.Fault is { } fault)
            throw Refused(new CsvRefusal(fault.Code, fault.Message, header.Line, $"column {fault.Field + 1}"));
        HeaderLine = header.Line;
        Headers = CsvHeader.Of(header);
    }

    /// <summary>Looks again only when twice as much is there: the bytes may come one by one.</summary>
    private static async Task<CsvDialect> FindDialectAsync(CsvText text, CancellationToken cancellationToken)
    {
        var enough = 1;
        while (await text.DecodeMoreAsync(cancellationToken))
        {
            var length = text.Ready.Length;
            if (length >= enough && CsvDialect.Of(text.Ready[..Math.Min(length, Head)], length >= Head) is { } dialect)
                return dialect;
            enough = length >= enough ? Math.Min(2 * length, Head) : enough;
        }

        return CsvDialect.Of(text.Ready, isAll: true)!.Value;
    }

    /// <summary>Null at the end.</summary>
    private async ValueTask<CsvRow?> ReadRowAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            isMalformed = false;
            try
            {
                if (!await reader!.ReadAsync(cancellationToken))
                    return null;
            }
            catch (CsvFormatException tooLong)
            {
                var diagnosis = Diagnosis(text!.Recall(tooLong.ByteOffset), isWhole: false, (int)tooLong.LineNumber);
                throw Refused(diagnosis.Refusal()!);
            }

            text!.Forget(reader.ByteOffset);
            if (Current(reader, (int)reader.LineNumber) is { } row)
                return row;
        }
    }

    /// <summary>Null for a blank line.</summary>
    private CsvRow? Current(CsvReader record, int line)
    {
        var count = record.FieldCount;
        CsvRowFault? fault = null;
        if (isMalformed || count > limits.MostColumns || record.RawRecord.Length > limits.LongestRow)
            fault = Examine(record, line);
        if (!record.RawRecord.ContainsAnyExcept((byte)Delimiter, (byte)' '))
            return null;
        var fields = new string[count];
        var isEmpty = true;
        for (var i = 0; i < count; i++)
        {
            var field = record.GetString(i);
            if (field.Length > limits.LongestField)
                _ = Examine(record, line);
            fields[i] = Trimmed(field);
            isEmpty &= fields[i].Length == 0;
        }

        if (isEmpty && !record.RawRecord.Contains((byte)'"'))
            return null;
        var used = count;
        while (Headers.Count > 0 && used > Headers.Count && fields[used - 1].Length == 0)
            used--;
        return new CsvRow(line, used == count ? fields : fields[..used]) { Fault = fault };
    }

    private CsvRowFault? Examine(CsvReader record, int line)
    {
        var diagnosis = Diagnosis(record.RawRecord, isWhole: true, line);
        if (diagnosis.Refusal() is { } refusal)
            throw Refused(refusal);
        return diagnosis.RowFault;
    }

    private CsvDiagnosis Diagnosis(ReadOnlySpan<byte> row, bool isWhole, int line) => new(row, isWhole, line, (byte)Delimiter, limits, Headers);

    private static string Trimmed(string field) =>
        field.Length > 0 && (field[0] is ' ' or '\u00a0' || field[^1] is ' ' or '\u00a0') ? field.Trim(' ', '\u00a0') : field;

    private static CsvRefusedException Refused(CsvRefusal refusal) => new(refusal);
}
