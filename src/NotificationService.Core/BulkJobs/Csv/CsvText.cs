using System.Text;

namespace NotificationService.BulkJobs.Csv;

internal enum CsvEncoding
{
    Utf8,
    Utf8WithMark,
    Utf16,
    Utf16BigEndian,
    Windows1252,
}

/// <summary>
/// The file as valid UTF-8 without byte order mark and without NUL, whatever it was: what the CSV reader reads. Keeps the
/// bytes of the row that is being read, so that a fault can be reported exactly.
/// </summary>
internal sealed class CsvText : Stream
{
    private readonly CsvInput input;
    private readonly int maxKept;
    private CsvBuffer ready;
    private CsvBuffer given;
    private CsvRefusedException? failure;
    private long givenFrom;
    private long keepFrom;
    private int line = 1;
    private bool endedWithReturn;
    private bool sawWideCharacter;

    /// <param name="longestRow">More than three times that need not be remembered: the reader gives up after two.</param>
    public CsvText(CsvInput input, int longestRow)
    {
        this.input = input;
        maxKept = 3 * longestRow + 256 * 1024;
        var head = input.Waiting;
        Encoding = head.StartsWith(System.Text.Encoding.UTF8.Preamble) ? CsvEncoding.Utf8WithMark
            : head.StartsWith(System.Text.Encoding.Unicode.Preamble) ? CsvEncoding.Utf16
            : head.StartsWith(System.Text.Encoding.BigEndianUnicode.Preamble) ? CsvEncoding.Utf16BigEndian
            : CsvEncoding.Utf8;
        input.Take(Encoding switch { CsvEncoding.Utf8WithMark => 3, CsvEncoding.Utf8 => 0, _ => 2 });
    }

    /// <summary>May still become Windows-1252 while only ASCII was seen.</summary>
    public CsvEncoding Encoding { get; private set; }

    /// <summary>Decoded and not read yet.</summary>
    public ReadOnlySpan<byte> Ready => ready.Content;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Nothing before this offset will be asked for again.</summary>
    public void Forget(long offset) => keepFrom = offset;

    /// <summary>What was read from this offset on, which is not before the one of <see cref="Forget"/>.</summary>
    public ReadOnlySpan<byte> Recall(long offset) => given.Content[(int)Math.Clamp(offset - givenFrom, 0, given.Content.Length)..];

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (ready.Content.IsEmpty)
        {
            if (!await DecodeMoreAsync(cancellationToken))
                return 0;
        }

        var count = Math.Min(buffer.Length, ready.Content.Length);
        ready.Content[..count].CopyTo(buffer.Span);
        // Blank lines are passed over without a word, so that nobody may have said to forget them.
        var forgotten = (int)Math.Clamp(Math.Max(keepFrom - givenFrom, given.Content.Length + count - maxKept), 0, given.Content.Length);
        given.Take(forgotten);
        givenFrom += forgotten;
        ready.Content[..count].CopyTo(given.Reserve(count));
        given.Add(count);
        ready.Take(count);
        return count;
    }

    /// <summary>Adds to what is ready; false at the end. What is before a fault is given before the fault.</summary>
    public async ValueTask<bool> DecodeMoreAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (failure is not null)
                throw failure;
            var encoding = Encoding;
            if (!input.Waiting.IsEmpty && Decode())
                return true;
            if (failure is not null || encoding != Encoding)
                continue;
            if (input.Ended)
                return false;
            await input.FillAsync(cancellationToken);
        }
    }

    private bool Decode()
    {
        var from = input.Waiting;
        var to = ready.Reserve(from.Length * 3);
        var (read, written, fault) = Encoding switch
        {
            CsvEncoding.Windows1252 => CsvDecoding.Windows1252(from, to, input.Ended),
            CsvEncoding.Utf16 or CsvEncoding.Utf16BigEndian => CsvDecoding.Utf16(from, to, Encoding == CsvEncoding.Utf16BigEndian, input.Ended),
            _ => CsvDecoding.Utf8(from, to, input.Ended),
        };
        sawWideCharacter |= !Ascii.IsValid(to[..written]);
        if (fault is not null && Encoding == CsvEncoding.Utf8 && !sawWideCharacter)
            (Encoding, fault) = (CsvEncoding.Windows1252, null);
        if (to[..written].IndexOf((byte)0) is >= 0 and var zero)
            (written, fault) = (zero, "is a NUL, which is no text");
        CountLines(to[..written]);
        input.Take(read);
        ready.Add(written);
        if (fault is not null)
            failure = new CsvRefusedException(new CsvRefusal(CsvCodes.Encoding, $"Something in line {line} {fault}. Save the file as CSV UTF-8.", line));
        return written > 0;
    }

    /// <summary>CR, LF and CR LF are one line break each, also where a piece ends between the two.</summary>
    private void CountLines(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return;
        line += text.Count((byte)'\n');
        if (text.Contains((byte)'\r'))
            line += text.Count((byte)'\r') - text.Count("\r\n"u8);
        if (endedWithReturn && text[0] == '\n')
            line--;
        endedWithReturn = text[^1] == '\r';
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        ready.Return();
        given.Return();
        base.Dispose(disposing);
    }
}
