using System.Security.Cryptography;
using System.Text;
using NotificationService.BulkJobs.Csv;

namespace NotificationService.UnitTests.BulkJobs;

public sealed class CsvFileTests
{
    [Theory]
    [InlineData(",")]
    [InlineData(";")]
    [InlineData("\t")]
    public async Task The_delimiter_is_recognised_from_the_header(string delimiter)
    {
        var file = await CsvReading.ReadAsync("email|name\na@b.ca|Ann\n".Replace("|", delimiter));

        file.Delimiter.ShouldBe(delimiter[0]);
        file.Headers.ShouldBe(["email", "name"]);
        file.Lines.ShouldBe(["2: a@b.ca|Ann"]);
    }

    [Fact]
    public async Task A_delimiter_inside_quotes_does_not_count()
    {
        var file = await CsvReading.ReadAsync("\"name, first, \"\"last\"\", all\";email\nAnn;a@b.ca\n");

        file.Delimiter.ShouldBe(';');
        file.Headers.ShouldBe(["name, first, \"last\", all", "email"]);
    }

    [Fact]
    public async Task A_file_of_one_column_needs_no_delimiter() =>
        (await CsvReading.ReadAsync("email\na@b.ca\nc@d.ca")).Lines.ShouldBe(["2: a@b.ca", "3: c@d.ca"]);

    [Fact]
    public async Task The_line_that_Excel_writes_for_the_delimiter_is_no_header()
    {
        var file = await CsvReading.ReadAsync("sep=;\r\nemail;name, all\r\na@b.ca;Ann\r\n");

        file.Refusal.ShouldBeNull();
        file.Headers.ShouldBe(["email", "name, all"]);
        file.Lines.ShouldBe(["3: a@b.ca|Ann"]);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task Line_numbers_are_those_of_an_editor(string newline)
    {
        var file = await CsvReading.ReadAsync("a,b\n1,\"x\ny\nz\"\n\n2,\"\n\"\n3,4\n  \n,\n5,6".Replace("\n", newline));

        file.Rows.Select(row => row.Line).ShouldBe([2, 6, 8, 11]);
        file.Rows[0].Fields[1].ShouldBe($"x{newline}y{newline}z");
    }

    [Fact]
    public async Task Blank_lines_before_the_header_are_passed_over_and_counted()
    {
        var file = await CsvReading.ReadAsync("\r\n,,\r\nemail;name\r\na@b.ca;Ann");

        file.Headers.ShouldBe(["email", "name"]);
        file.Rows[0].Line.ShouldBe(4);
    }

    [Fact]
    public async Task Quotes_are_read_as_RFC_4180_has_them_and_inside_a_field_they_are_text() =>
        (await CsvReading.ReadAsync("a,b\n\"x\"\"y\",5\" disk\n\"\", \"c,d\" \n“q”,'e'\n")).Lines
            .ShouldBe(["2: x\"y|5\" disk", "3: |c,d", "4: “q”|'e'"]);

    [Fact]
    public async Task Spaces_and_no_break_spaces_around_a_field_are_taken_off() =>
        (await CsvReading.ReadAsync(" a ,\u00a0b\n \u00a0x\u00a0 ,\" y z \"\n")).Lines.ShouldBe(["2: x|y z"]);

    [Fact]
    public async Task A_ragged_row_is_given_as_it_is_but_for_empty_fields_behind_the_last_header() =>
        (await CsvReading.ReadAsync("a,b,c\n1,2\n1,2,3,,\n1,2,3,4\n1,2,3,,5\n1\n")).Rows.Select(row => row.Fields.Count).ShouldBe([2, 3, 4, 5, 1]);

    [Fact]
    public async Task Columns_without_name_at_the_end_are_dropped_and_what_stands_there_is_not()
    {
        var file = await CsvReading.ReadAsync("a,b,,\n1,2,,\n1,2,,x\n");

        file.Headers.ShouldBe(["a", "b"]);
        file.Lines.ShouldBe(["2: 1|2", "3: 1|2||x"]);
    }

    [Fact]
    public async Task A_row_of_one_quoted_empty_field_is_a_row() =>
        (await CsvReading.ReadAsync("a\n\"\"\n\nx\n")).Lines.ShouldBe(["2: ", "4: x"]);

    [Fact]
    public async Task What_Excel_makes_of_numbers_and_formulas_is_data() =>
        (await CsvReading.ReadAsync("a;b\n1.234,5;4.91711E+11\n=cmd|' /C calc'!A0;+1+1\n-2;@SUM\n")).Lines
            .ShouldBe(["2: 1.234,5|4.91711E+11", "3: =cmd|' /C calc'!A0|+1+1", "4: -2|@SUM"]);

    [Fact]
    public async Task Text_behind_a_closing_quote_is_a_fault_of_its_row_only()
    {
        var file = await CsvReading.ReadAsync("id,name\n1,\"Ann \"Nan\" Lee\"\n2,Bob\n");

        file.Refusal.ShouldBeNull();
        file.Rows.Count.ShouldBe(2);
        file.Rows[0].Fault.ShouldNotBeNull().Code.ShouldBe(CsvCodes.QuoteMisplaced);
        file.Rows[0].Fault!.Message.ShouldContain("'name'");
        file.Rows[0].Fault!.Field.ShouldBe(1);
        file.Rows[1].Fault.ShouldBeNull();
    }

    [Theory]
    [InlineData("utf-8", "utf-8", false)]
    [InlineData("utf-8", "utf-8", true)]
    [InlineData("utf-16", "utf-16", true)]
    [InlineData("utf-16BE", "utf-16", true)]
    public async Task Unicode_is_read_with_every_mark(string encoding, string named, bool hasMark)
    {
        var writer = Encoding.GetEncoding(encoding);
        byte[] bytes = [.. hasMark ? writer.GetPreamble() : [], .. writer.GetBytes("name,city\nZoë 😀,Łódź\n東京,\n")];

        var file = await CsvReading.ReadAsync(bytes, piece: 1);

        file.Headers.ShouldBe(["name", "city"]);
        file.Lines.ShouldBe(["2: Zoë 😀|Łódź", "3: 東京|"]);
        file.Encoding.ShouldBe(named);
    }

    [Theory]
    [InlineData("name;city\nJürgen „Spaß“;Köln – 5 €\nŸ’É”;Œuvre…\n")]
    [InlineData("name;city\nÉva;Bonn\nCAFÉ”;«\u00a0ÉTÉ\u00a0»\n")]
    public async Task Windows_1252_is_recognised_from_its_first_byte_that_is_no_UTF_8(string text)
    {
        var file = await CsvReading.ReadAsync(CsvReading.Windows1252.GetBytes(text), piece: 1);

        file.Encoding.ShouldBe("windows-1252");
        file.Refusal.ShouldBeNull();
        file.Lines.ShouldBe(text.Trim().Split('\n').Skip(1).Select((line, i) => $"{i + 2}: {line.Replace(';', '|')}"));
    }

    [Fact]
    public async Task Windows_1252_is_recognised_even_at_the_500_001st_line()
    {
        byte[] bytes = [.. Encoding.ASCII.GetBytes("a\n" + string.Concat(Enumerable.Repeat("x\n", 499_999))), 0xFC, (byte)'\n'];

        var file = await CsvReading.ReadAsync(bytes);

        file.Encoding.ShouldBe("windows-1252");
        file.Lines.Last().ShouldBe("500001: ü");
    }

    [Fact]
    public async Task The_hash_and_the_size_are_of_the_bytes_as_they_came()
    {
        var bytes = new UnicodeEncoding(false, true).GetPreamble().Concat(Encoding.Unicode.GetBytes("a,b\r\n1,2\r\n")).ToArray();

        var file = await CsvReading.ReadAsync(bytes, piece: 3);

        file.Sha256Hex.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(bytes)));
        file.Bytes.ShouldBe(bytes.Length);
    }

    [Fact]
    public async Task The_hash_is_not_given_before_the_end()
    {
        await using var file = await CsvFile.OpenAsync(new EndlessText("a\n", "x\n", 1_000_000), CsvLimits.Default, CancellationToken.None);

        Should.Throw<InvalidOperationException>(() => file.Sha256Hex);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_no_fault_of_the_file()
    {
        await using var broken = new BrokenStream("1,2\n3,\"4"u8.ToArray());
        await using var file = await CsvFile.OpenAsync(broken, CsvLimits.Default, CancellationToken.None);

        await Should.ThrowAsync<IOException>(async () =>
        {
            await foreach (var row in file.RowsAsync(CancellationToken.None))
                row.Line.ShouldBe(8194);
        });
    }

    /// <summary>Gives the head that is waited for, then some lines, then breaks.</summary>
    private sealed class BrokenStream(byte[] last) : MemoryStream([.. "a,b\n"u8, .. Enumerable.Repeat((byte)'\n', 8192), .. last])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = Read(buffer.Span[..Math.Min(5000, buffer.Length)]);
            return count > 0 ? new(count) : throw new IOException("connection reset");
        }
    }
}
