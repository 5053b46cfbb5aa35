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
        CsvWriting.Field(value, ',').ShouldBe(written);
        CsvWriting.Unescaped(written.Trim('"').Replace("\"\"", "\"")).ShouldBe(value);
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
    public void Quotes_stand_only_where_they_are_needed(string? value, string written) => CsvWriting.Field(value, ',').ShouldBe(written);

    [Theory]
    [InlineData("'t Hooft")]
    [InlineData("'")]
    [InlineData("''")]
    [InlineData("=1")]
    [InlineData("")]
    public void Only_the_apostrophe_that_was_put_there_is_taken_off(string value) => CsvWriting.Unescaped(value).ShouldBe(value);
}
