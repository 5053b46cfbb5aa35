using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NotificationService.BulkJobs.Csv;

namespace NotificationService.UnitTests.BulkJobs;

public sealed class CsvProperties
{
    private static readonly string[] Pieces =
    [
        "a", "Ann", "x y", "\"", "\"\"", ",", ";", "\t", "|", "\n", "\r\n", "\r", "'", "=", "+", "-", "@", " ", "\u00a0", "sep=", "é", "ß", " €", "”", "0", "#", "\\",
    ];

    private static readonly string[] Wide = ["😀", "東京", "Ł", "\u202e", "\ufeff", "＝", "\u2028", "\u0001"];

    private static readonly Encoding[] Unicode = [new UTF8Encoding(false), new UTF8Encoding(true), new UnicodeEncoding(false, true), new UnicodeEncoding(true, true)];

    private static readonly CsvLimits Small = new(5_000, 20, 6, 30) { LongestRow = 120 };

    private static readonly byte[][] Soup =
    [
        .. "a b \" \"\" , ; \t | \n \r \r\n \0 sep=; email,name x,y \" ,\" \"\n ' \" "u8.ToArray().Select(value => new[] { value }),
        "\r\n"u8.ToArray(), "\"\""u8.ToArray(), "a,b\n"u8.ToArray(), "sep=;\n"u8.ToArray(), [0xEF, 0xBB, 0xBF], [0xFF, 0xFE], [0xFE, 0xFF], [0xC3, 0xA9], [0xE9], [0xE2, 0x82], [0xF0, 0x9F, 0x98, 0x80],
        [0x81], [0xC0], [0xED, 0xA0, 0x80], [0x00, 0xD8], [0x61, 0x00], [0x0A, 0x00], [0x22, 0x00], Encoding.ASCII.GetBytes(new string('x', 29)), Encoding.ASCII.GetBytes(new string(',', 5)),
    ];

    private static Gen<string> Value(IEnumerable<string> pieces) =>
        from count in Gen.Frequency((3, Gen.Choose(0, 3)), (1, Gen.Choose(0, 12)))
        from parts in Gen.Elements(pieces).ArrayOf(count)
        select string.Concat(parts);

    /// <summary>Rows as wide as the header, in an encoding that has all their letters.</summary>
    private static readonly Gen<WrittenFile> Files =
        from isWestern in ArbMap.Default.GeneratorFor<bool>()
        from mark in Gen.Choose(0, 3)
        from columns in Gen.Choose(1, 5)
        let value = Value(isWestern ? Pieces : [.. Pieces, .. Wide])
        from header in value.ArrayOf(columns)
        from rows in value.ArrayOf(columns).ArrayOf()
        from delimiter in Gen.Elements(',', ';', '\t')
        from newline in Gen.Elements("\n", "\r\n", "\r")
        from endsWithNewline in ArbMap.Default.GeneratorFor<bool>()
        from piece in Gen.Frequency((1, Gen.Constant(1)), (1, Gen.Choose(1, 40)), (1, Gen.Constant(int.MaxValue)))
        select new WrittenFile([.. header!.Select((name, i) => $"h{i}{(isWestern ? "é." : "")}{name}")], rows, isWestern ? CsvReading.Windows1252 : Unicode[mark], delimiter, newline, endsWithNewline, piece);

    [Fact]
    public void What_is_written_is_read_back_whatever_the_encoding_the_delimiter_and_the_pieces_in_which_it_comes() => Prop.ForAll(
        Arb.From(Files),
        file =>
        {
            // A field is trimmed, so what is meant to come back is trimmed too; a row of nothing is a blank line.
            var rows = file.Rows.Select(row => row.Select(Trimmed).ToArray()).Where((_, i) => file.Rows[i].Any(value => value.Length > 0)).ToList();

            var read = Read(file.Bytes, CsvLimits.Default, file.Piece);

            if (rows.Count == 0)
            {
                read.Refusal!.Code.ShouldBe(CsvCodes.Empty);
                return true;
            }

            read.Refusal.ShouldBeNull(file.Text);
            read.Headers.Select(CsvEscaping.Unescaped).ShouldBe(file.Header.Select(Trimmed));
            read.Rows.Count.ShouldBe(rows.Count, file.Text);
            for (var i = 0; i < rows.Count; i++)
                read.Rows[i].Fields.Select(CsvEscaping.Unescaped).ShouldBe(rows[i], file.Text);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void A_line_number_is_one_more_than_the_line_breaks_before_the_row() => Prop.ForAll(
        Arb.From(Files),
        file =>
        {
            var numbers = new List<int>();
            var text = new StringBuilder(file.HeaderText);
            foreach (var row in file.Rows)
            {
                if (row.Any(value => value.Length > 0))
                    numbers.Add(1 + Breaks(text.ToString()));
                text.Append(file.RowText(row)).Append(file.Newline);
            }

            Read(file.Bytes, CsvLimits.Default, file.Piece).Rows.Select(row => row.Line).ShouldBe(numbers, file.Text);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Fact]
    public void No_bytes_make_it_throw_anything_else_or_hang_and_the_pieces_in_which_they_come_make_no_difference() => Prop.ForAll(
        Arb.From(
            from parts in Gen.Frequency((5, Gen.Elements(Soup)), (1, Gen.Choose(0, 255).Select(value => new[] { (byte)value }))).ArrayOf()
            from piece in Gen.Choose(1, 10)
            select (Bytes: parts.SelectMany(part => part).ToArray(), Piece: piece)),
        given =>
        {
            var whole = Read(given.Bytes, Small, int.MaxValue);
            var pieces = Read(given.Bytes, Small, given.Piece);

            pieces.Refusal.ShouldBe(whole.Refusal);
            pieces.Headers.ShouldBe(whole.Headers);
            pieces.Lines.ShouldBe(whole.Lines);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000).WithEndSize(60));

    [Theory]
    [InlineData("", ",")]
    [InlineData("", "\"")]
    [InlineData("", "a")]
    [InlineData("", " ")]
    [InlineData("", "\n")]
    [InlineData("", "\r")]
    [InlineData("", "sep=;")]
    [InlineData("a,b\n", ",")]
    [InlineData("a,b\n", "\"")]
    [InlineData("a,b\n\"", "\n")]
    [InlineData("a,b\n\"", "\"\"")]
    [InlineData("a,b\n", "\"\n\",")]
    [InlineData("a,b\n", ",\n")]
    [InlineData("a,b\n", "é")]
    [InlineData("a,b\n\"x\"", " ")]
    [InlineData("a,b\n", "\"x\"y")]
    public void Twenty_million_hostile_bytes_need_no_more_than_a_few_megabytes(string start, string repeated)
    {
        _ = Read(new EndlessText(start, repeated, 100_000), CsvLimits.Default);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Read(new EndlessText(start, repeated, 20_000_000), CsvLimits.Default).Rows.ShouldBeEmpty();

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(16 * 1024 * 1024);
    }

    private static string Trimmed(string value)
    {
        // As it stands in the file the apostrophe comes first, and keeps the spaces behind it.
        var escaped = CsvEscaping.Unescaped("'" + value) == value ? value.TrimEnd(' ', '\u00a0') : value.Trim(' ', '\u00a0');
        return escaped;
    }

    private static int Breaks(string text) => text.Replace("\r\n", "\n").Count(character => character is '\r' or '\n');

    private static CsvOutcome Read(byte[] bytes, CsvLimits limits, int piece) => CsvReading.ReadAsync(bytes, limits, piece).GetAwaiter().GetResult();

    /// <summary>On this thread from beginning to end, because the stream never waits.</summary>
    private static CsvOutcome Read(Stream stream, CsvLimits limits) => CsvReading.ReadAsync(stream, limits).GetAwaiter().GetResult();

    private sealed record WrittenFile(string[] Header, string[][] Rows, Encoding Encoding, char Delimiter, string Newline, bool EndsWithNewline, int Piece)
    {
        public string HeaderText => RowText(Header) + Newline;

        public string Text => HeaderText + string.Join(Newline, Rows.Select(RowText)) + (EndsWithNewline ? Newline : "");

        public byte[] Bytes => [.. Encoding.GetPreamble(), .. Encoding.GetBytes(Text)];

        /// <summary>Nothing at all in the only column is a blank line here; the writer puts it in quotes.</summary>
        public string RowText(string[] row) => row is [""] ? "" : CsvWritten.Row(Delimiter, row);

        public override string ToString() => $"{Encoding.WebName} in pieces of {Piece}: {Text.Replace("\r", "\\r").Replace("\n", "\\n").Replace("\t", "\\t")}";
    }
}
