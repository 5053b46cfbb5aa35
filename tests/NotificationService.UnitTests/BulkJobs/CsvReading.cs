using System.Text;
using NotificationService.BulkJobs.Csv;

namespace NotificationService.UnitTests.BulkJobs;

/// <summary>All that came of a file.</summary>
internal sealed record CsvOutcome(IReadOnlyList<string> Headers, IReadOnlyList<CsvRow> Rows, CsvRefusal? Refusal, string Encoding, char Delimiter, string? Sha256Hex, long Bytes)
{
    public IEnumerable<string> Lines => Rows.Select(row => $"{row.Line}: {string.Join('|', row.Fields)}");
}

/// <summary>Reads files from memory, by pieces of a chosen size.</summary>
internal static class CsvReading
{
    public static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;

    public static Task<CsvOutcome> ReadAsync(string text, CsvLimits? limits = null) => ReadAsync(Encoding.UTF8.GetBytes(text), limits);

    public static Task<CsvOutcome> ReadAsync(byte[] bytes, CsvLimits? limits = null, int piece = int.MaxValue) => ReadAsync(new Pieces(bytes, piece), limits);

    public static async Task<CsvOutcome> ReadAsync(Stream stream, CsvLimits? limits = null)
    {
        var rows = new List<CsvRow>();
        CsvFile? file = null;
        CsvRefusal? refusal = null;
        try
        {
            file = await CsvFile.OpenAsync(stream, limits ?? CsvLimits.Default, CancellationToken.None);
            await foreach (var row in file.RowsAsync(CancellationToken.None))
                rows.Add(row);
        }
        catch (CsvRefusedException refused)
        {
            refusal = refused.Refusal;
        }

        var outcome = new CsvOutcome(file?.Headers ?? [], rows, refusal, file?.Encoding ?? "", file?.Delimiter ?? '\0', refusal is null ? file?.Sha256Hex : null, file?.Bytes ?? 0);
        if (file is not null)
            await file.DisposeAsync();
        return outcome;
    }

    /// <summary>A stream that gives no more than so many bytes at a time.</summary>
    private sealed class Pieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span[..Math.Min(buffer.Length, piece)]));
    }
}

/// <summary>A start, and then the same over and over, so long that a reader that keeps it is found out.</summary>
internal sealed class EndlessText(string start, string repeated, long length) : Stream
{
    private readonly byte[] start = Encoding.Latin1.GetBytes(start);
    private readonly byte[] repeated = Encoding.Latin1.GetBytes(repeated);
    private long at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => at; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, length - at);
        for (var i = 0; i < count; i++, at++)
            buffer[i] = at < start.Length ? start[at] : repeated[(at - start.Length) % repeated.Length];
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
