using System.Text;
using NotificationService.BulkJobs.Csv;

namespace NotificationService.UnitTests.BulkJobs;

public sealed class CsvRefusalTests
{
    private static readonly CsvLimits Small = new(10_000, 100, 5, 50) { LongestRow = 400 };

    [Theory]
    [InlineData("", CsvCodes.Empty, 1)]
    [InlineData("\ufeff", CsvCodes.Empty, 1)]
    [InlineData(" \r\n\r\n,,,\n", CsvCodes.Empty, 1)]
    [InlineData("email,name", CsvCodes.Empty, 1)]
    [InlineData("\n\nemail,name\n\n", CsvCodes.Empty, 3)]
    [InlineData(",name\n1,2", CsvCodes.HeaderMissing, 1)]
    [InlineData("\"\"\nx", CsvCodes.HeaderMissing, 1)]
    [InlineData("ann@example.com,Ann\nbob@example.com,Bob", CsvCodes.HeaderMissing, 1)]
    [InlineData("Ann;+4915112345678\n", CsvCodes.HeaderMissing, 1)]
    [InlineData("email|name\nx|y", CsvCodes.Delimiter, 1)]
    [InlineData("\n\r\na,b;c\n1,2;3", CsvCodes.Delimiter, 3)]
    [InlineData("\"a\"b,c\n1,2", CsvCodes.QuoteMisplaced, 1)]
    [InlineData("\"a,b\n1,2\n", CsvCodes.QuoteUnclosed, 1)]
    public async Task A_file_without_usable_header_is_refused(string text, string code, int line)
    {
        var refusal = (await CsvReading.ReadAsync(text)).Refusal.ShouldNotBeNull();

        refusal.Code.ShouldBe(code);
        refusal.Line.ShouldBe(line);
    }

    [Fact]
    public async Task A_column_without_name_is_named_by_its_place()
    {
        var refusal = (await CsvReading.ReadAsync("a,,c\n1,2,3")).Refusal.ShouldNotBeNull();

        refusal.Column.ShouldBe("column 2");
        refusal.Message.ShouldBe("Column 2 has no name in the header. Name it or delete the column.");
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_is_reported_by_the_line_where_it_opens_long_before_the_end()
    {
        var text = new EndlessText("id,name\n1,Ann\n2,\"Bob\n", "3,Cy\n", 100_000_000);

        var file = await CsvReading.ReadAsync(text);

        file.Lines.ShouldBe(["2: 1|Ann"]);
        file.Refusal.ShouldBe(new CsvRefusal(CsvCodes.QuoteUnclosed, "The quote that opens in line 3, column 'name', is not closed within 65,536 characters.", 3, "column 'name'"));
        text.Position.ShouldBeLessThan(2_000_000);
    }

    [Theory]
    [InlineData("a,b\n1,\"x\ny\",\"z\n1,2", 3, "column 3")]
    [InlineData("a,b\n1,2\n3,\"x\n4,\"Bob\",y\n5,6\n", 3, "column 'b'")]
    [InlineData("a,b\r\n1,2\r\n3,d\"e,\"x\r\ny\"z\r\n", 3, "column 3")]
    [InlineData("a,b\n1,2\n3,4\n5,\"", 4, "column 'b'")]
    [InlineData("a,b\n1,2\n\"3\"\"\n", 3, "column 'a'")]
    public async Task A_quote_that_would_swallow_the_next_line_is_reported_where_it_opens(string text, int line, string column)
    {
        for (var piece = 1; piece <= text.Length; piece++)
        {
            var refusal = (await CsvReading.ReadAsync(Encoding.UTF8.GetBytes(text), piece: piece)).Refusal.ShouldNotBeNull();
            (refusal.Code, refusal.Line, refusal.Column).ShouldBe((CsvCodes.QuoteUnclosed, line, column));
        }
    }

    [Theory]
    [InlineData("x", "", CsvCodes.FieldTooLong)]
    [InlineData("\"x", "x", CsvCodes.FieldTooLong)]
    [InlineData("\"x", "\"\"\"\"", CsvCodes.FieldTooLong)]
    [InlineData("", "\n\n", null)]
    public async Task A_field_of_10_MB_is_refused_long_before_its_end(string start, string repeated, string? code)
    {
        var text = new EndlessText("a,b\n1,2\n3," + start, repeated.Length > 0 ? repeated : "x", 10_000_000);

        var refusal = (await CsvReading.ReadAsync(text)).Refusal;

        (refusal?.Code).ShouldBe(code);
        if (code is not null)
        {
            (refusal?.Line, refusal?.Column).ShouldBe((3, "column 'b'"));
            text.Position.ShouldBeLessThan(2_000_000);
        }
    }

    [Fact]
    public async Task Ten_thousand_columns_are_refused_in_the_header_and_below_it()
    {
        var many = string.Join(',', Enumerable.Range(1, 10_000));

        (await CsvReading.ReadAsync(many + "\n1,2\n")).Refusal.ShouldBe(new CsvRefusal(CsvCodes.TooManyColumns, "Line 1 has more than 1,000 columns.", 1));
        (await CsvReading.ReadAsync("a,b\n1,2\n" + many)).Refusal.ShouldBe(new CsvRefusal(CsvCodes.TooManyColumns, "Line 3 has more than 1,000 columns.", 3));
        (await CsvReading.ReadAsync(string.Join(',', Enumerable.Range(1, 1_000)) + "\n1,2\n")).Refusal.ShouldBeNull();
    }

    [Fact]
    public async Task The_limits_are_exact()
    {
        (await CsvReading.ReadAsync("a\n" + new string('x', 50), Small)).Refusal.ShouldBeNull();
        (await CsvReading.ReadAsync("a\n\"" + new string('x', 48) + "\"\"€\"", Small)).Refusal.ShouldBeNull();
        (await CsvReading.ReadAsync("a\n" + new string('x', 51), Small)).Refusal!.Code.ShouldBe(CsvCodes.FieldTooLong);
        (await CsvReading.ReadAsync("a\n" + string.Concat(Enumerable.Repeat("x\n", 100)), Small)).Rows.Count.ShouldBe(100);
        (await CsvReading.ReadAsync("a\n\n" + string.Concat(Enumerable.Repeat("x\n", 101)), Small)).Refusal
            .ShouldBe(new CsvRefusal(CsvCodes.TooManyRows, "The file has more than 100 rows. Split it.", 103));
        (await CsvReading.ReadAsync("a\n" + new string('\n', 9_998), Small)).Refusal!.Code.ShouldBe(CsvCodes.Empty);
        (await CsvReading.ReadAsync("a\n" + new string('\n', 9_999), Small)).Refusal!.Code.ShouldBe(CsvCodes.TooLarge);
    }

    [Fact]
    public async Task A_row_is_limited_as_a_whole()
    {
        var row = string.Join(',', Enumerable.Repeat(new string('€', 49), 3));

        (await CsvReading.ReadAsync("a\n1\n" + row, Small)).Refusal.ShouldBe(new CsvRefusal(CsvCodes.RowTooLong, "The row that starts in line 3 is longer than 400 bytes.", 3));
    }

    [Fact]
    public async Task A_NUL_is_reported_by_its_line_wherever_it_is()
    {
        var text = "a\n" + string.Concat(Enumerable.Repeat("0123456789\r\n", 100_000)) + "x\0y\n";

        var file = await CsvReading.ReadAsync(text);

        file.Rows.Count.ShouldBeGreaterThan(99_000);
        file.Refusal!.Code.ShouldBe(CsvCodes.Encoding);
        file.Refusal.Line.ShouldBe(100_002);
    }

    /// <summary>Each {…} is replaced by the bytes that it holds.</summary>
    [Theory]
    [InlineData("a,{C3BC}\n1,2\n3,{FC}", 3)]
    [InlineData("a,b\r\n1,2\r\n3,{E9}\r\n4,5\r\n6,{C3BC}", 5)]
    [InlineData("a,b\n1,{E9}\n3,{D09FD180}", 3)]
    [InlineData("a,b\n1,{E9}\n3,{F09F9880}", 3)]
    [InlineData("a,b\n1,{E9}\n3,{E280A6}", 3)]
    [InlineData("a,b\n1,{E9}\r\r\r3,{81}", 5)]
    [InlineData("a,b\n1,{E9}\n\n\n3,{9D}", 5)]
    public async Task Two_encodings_in_one_file_are_reported_by_the_line_where_the_second_begins(string text, int line)
    {
        byte[] bytes = [.. text.Split('{', '}').SelectMany((part, i) => i % 2 == 0 ? Encoding.ASCII.GetBytes(part) : Convert.FromHexString(part))];
        for (var piece = 1; piece <= bytes.Length; piece++)
        {
            var refusal = (await CsvReading.ReadAsync(bytes, piece: piece)).Refusal.ShouldNotBeNull();
            (refusal.Code, refusal.Line).ShouldBe((CsvCodes.Encoding, line));
        }
    }

    [Theory]
    [InlineData("FFFE61000D000A00780000D8", 2)]
    [InlineData("FFFE61000A00780000D87800", 2)]
    [InlineData("FEFF0061000A0078000A00", 3)]
    [InlineData("FFFE610000000A00", 1)]
    [InlineData("EFBBBF610A0AFC", 3)]
    [InlineData("FFFE00006100000062000000", 1)]
    [InlineData("65006D00610069006C000A0061004000", 1)]
    [InlineData("0065006D00610069006C000A00610040", 1)]
    public async Task Broken_or_unmarked_Unicode_is_refused_by_line(string hex, int line)
    {
        for (var piece = 1; piece <= hex.Length / 2; piece++)
        {
            var refusal = (await CsvReading.ReadAsync(Convert.FromHexString(hex), piece: piece)).Refusal.ShouldNotBeNull();
            (refusal.Code, refusal.Line).ShouldBe((CsvCodes.Encoding, line));
        }
    }

    [Theory]
    [InlineData("504B0304140006000800000021005B436F6E74656E745F54797065735D2E786D6C", "Excel")]
    [InlineData("504B03041400060008000000", "zip")]
    [InlineData("D0CF11E0A1B11AE1", "Excel")]
    [InlineData("255044462D312E37", "PDF")]
    [InlineData("1F8B0800000000000003", "gzip")]
    [InlineData("89504E470D0A1A0A", "image")]
    [InlineData("FFD8FFE000104A464946", "image")]
    [InlineData("474946383961", "image")]
    [InlineData("3C21444F43545950452068746D6C3E", "web page")]
    [InlineData("EFBBBF0A3C68746D6C3E", "web page")]
    [InlineData("5B7B2261223A317D5D", "JSON")]
    public async Task What_is_no_CSV_is_called_by_its_name(string hex, string name)
    {
        var refusal = (await CsvReading.ReadAsync(Convert.FromHexString(hex))).Refusal.ShouldNotBeNull();

        refusal.Code.ShouldBe(CsvCodes.NotText);
        refusal.Message.ShouldContain(name);
    }

    [Fact]
    public async Task What_could_be_either_encoding_is_refused_where_it_turns_out_not_to_be_UTF_8()
    {
        // É” is the UTF-8 of a letter too, and was taken for it.
        var refusal = (await CsvReading.ReadAsync(CsvReading.Windows1252.GetBytes("name\nCAFÉ”\nÉté\n"))).Refusal.ShouldNotBeNull();

        (refusal.Code, refusal.Line).ShouldBe((CsvCodes.Encoding, 3));
        refusal.Message.ShouldBe("Something in line 3 is not valid UTF-8. Save the file as CSV UTF-8.");
    }

    [Fact]
    public async Task A_program_is_no_text() =>
        (await CsvReading.ReadAsync([0x7F, .. "ELF"u8, .. Enumerable.Range(0, 500).Select(i => (byte)(i % 7 == 0 ? 0 : i))])).Refusal!.Code.ShouldBe(CsvCodes.NotText);
}
