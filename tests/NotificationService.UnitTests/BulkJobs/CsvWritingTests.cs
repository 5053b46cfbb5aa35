using System.Text;
using NotificationService.BulkJobs.Csv;

namespace NotificationService.UnitTests.BulkJobs;

public sealed class CsvWritingTests
{
    [Theory]
    [InlineData("=HYPERLINK(\"http://evil\")", "\"'=HYPERLINK(\"\"http://evil\"\")\"")]
    [InlineData("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"")]
    [InlineData("+4915112345678", "'+4915112345678")]
    [InlineData("-2", "'-2")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("\n=1", "\"'\n=1\"")]
    [InlineData("\0=1", "'\0=1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("'=1", "''=1")]
    [InlineData(" =1", "' =1")]
    [InlineData("\u00a0 '=1", "'\u00a0 '=1")]
    public void No_spreadsheet_runs_a_field(string value, string written)
    {
        Field(value).ShouldBe(written);
        CsvEscaping.Unescaped(written.Trim('"').Replace("\"\"", "\"")).ShouldBe(value);
    }

    [Theory]
    [InlineData("Ann", "Ann")]
    [InlineData("'t Hooft", "'t Hooft")]
    [InlineData("a-b=c", "a-b=c")]
    [InlineData("", "")]
    [InlineData(null, "")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a;b", "\"a;b\"")]
    [InlineData("say \"hi\"", "\"say \"\"hi\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData(" x", "\" x\"")]
    public void Quotes_stand_only_where_they_are_needed(string? value, string written) => Field(value).ShouldBe(written);

    [Theory]
    [InlineData("'t Hooft")]
    [InlineData("'")]
    [InlineData("''")]
    [InlineData("=1")]
    [InlineData("")]
    public void Only_the_apostrophe_that_was_put_there_is_taken_off(string value) => CsvEscaping.Unescaped(value).ShouldBe(value);

    [Fact]
    public void A_file_begins_with_the_mark_of_UTF_8_and_each_of_its_rows_ends_with_CR_LF() =>
        CsvWritten.Bytes(';', ["naïve", "b"], [null, "1;2"], ["", "\ud800"]).ShouldBe([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("naïve;b\r\n;\"1;2\"\r\n;\ufffd\r\n")]);

    [Fact]
    public async Task A_row_with_fewer_fields_than_the_first_is_a_defect()
    {
        await using var csv = new CsvOutput(new MemoryStream(), ',');
        await csv.WriteAsync(["a", "b"], CancellationToken.None);

        await Should.ThrowAsync<InvalidOperationException>(async () => await csv.WriteAsync(["a"], CancellationToken.None));
    }

    [Fact]
    public async Task However_many_rows_are_written_no_more_than_a_few_are_held()
    {
        var stream = new CountingStream();
        var row = Enumerable.Range(0, 8).Select(i => new string('x', 100 * i)).ToArray();
        await using (var csv = new CsvOutput(stream, ','))
        {
            for (var rows = 1; rows <= 10_000; rows++)
            {
                await csv.WriteAsync(row, CancellationToken.None);
                (rows * (2_800L + 9) - stream.Written).ShouldBeLessThan(64 * 1024);
            }
        }

        stream.Written.ShouldBe(3 + 10_000 * (2_800 + 9));
        stream.LargestWrite.ShouldBeLessThanOrEqualTo(64 * 1024);
    }

    [Fact]
    public async Task Nothing_is_written_but_asynchronously()
    {
        var stream = new CountingStream();
        await using (var csv = new CsvOutput(stream, ','))
        {
            for (var rows = 0; rows < 1_000; rows++)
                await csv.WriteAsync([new string('x', 100)], CancellationToken.None);
        }

        stream.IsOpen.ShouldBeTrue("it is the caller's");
        stream.SynchronousWrites.ShouldBe(0, "a response refuses them");
    }

    private static string Field(string? value) => CsvWritten.Row(',', value, "")[..^1];

    /// <summary>Keeps nothing of what is written.</summary>
    private sealed class CountingStream : Stream
    {
        public long Written { get; private set; }

        public int LargestWrite { get; private set; }

        public int SynchronousWrites { get; private set; }

        public bool IsOpen { get; private set; } = true;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => SynchronousWrites++;

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => SynchronousWrites++;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Written += buffer.Length;
            LargestWrite = Math.Max(LargestWrite, buffer.Length);
            return ValueTask.CompletedTask;
        }

        protected override void Dispose(bool disposing)
        {
            IsOpen = false;
            base.Dispose(disposing);
        }
    }
}
