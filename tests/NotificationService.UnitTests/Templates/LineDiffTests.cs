using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using NotificationService.Templates.History;

namespace NotificationService.UnitTests.Templates;

public sealed class LineDiffTests
{
    [Theory]
    [InlineData("a\nb\nc", "a\nb\nc", "")]
    [InlineData("a\nb\nc", "a\nx\nc", " a|-b|+x| c")]
    [InlineData("", "a", "-|+a")]
    [InlineData("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc", "-a|-b| c|+b| a| b|-b| a|+c")]
    [InlineData("1\n2\n3\n4\n5\n6\n7\n8\n9", "1\n2\n3\n4\n5\n6\n7\n8\nx", " 6| 7| 8|-9|+x")]
    public void The_fewest_lines_are_removed_and_added(string before, string after, string expected) => Show(LineDiff.Of(before, after)).ShouldBe(expected);

    [Fact]
    public void What_is_removed_and_what_is_added_account_for_the_whole_difference() => Prop.ForAll(
        Arb.From(Gen.Zip(Lines, Lines)),
        pair =>
        {
            var (before, after) = (pair.Item1.Split('\n'), pair.Item2.Split('\n'));
            var lines = LineDiff.Of(pair.Item1, pair.Item2);
            Counts(before.Concat(lines.Where(line => line.Fate == LineFate.Added).Select(line => line.Text)))
                .ShouldBe(Counts(after.Concat(lines.Where(line => line.Fate == LineFate.Removed).Select(line => line.Text))));
            (lines.Count == 0).ShouldBe(pair.Item1 == pair.Item2);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Fact]
    public void Texts_that_differ_everywhere_cost_no_more_than_the_bound()
    {
        var (before, after) = (string.Join('\n', Enumerable.Range(0, 30_000).Select(i => i % 7)), string.Join('\n', Enumerable.Range(0, 30_000).Select(i => i % 11)));
        var clock = Stopwatch.StartNew();

        LineDiff.Of(before, after).Count.ShouldBeGreaterThan(LineDiff.MaxEdits);

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void Versions_differ_by_channel_locale_and_field()
    {
        var diffs = TemplateDiff.Of(
            """{"email":{"en":{"subject":"s","html":"a\nb"}},"push":{"en":{"title":"t","body":"b","data":{"x":"1"}}}}""",
            """{"email":{"en":{"subject":"s","html":"a\nc"},"fr":{"subject":"f","html":"f"}},"push":{"en":{"title":"t","body":"b","data":{"x":"2"}}}}""");

        diffs.Select(diff => $"{diff.Channel}/{diff.Locale}/{diff.Field} {diff.Change} {Show(diff.Lines)}").ShouldBe(
            ["email/en/html changed  a|-b|+c", "push/en/data/x changed -1|+2", "email/fr/subject added +f", "email/fr/html added +f"]);
    }

    private static readonly Gen<string> Lines =
        from count in Gen.Choose(1, 12)
        from lines in Gen.Elements("a", "b", "c", "").ArrayOf(count)
        select string.Join('\n', lines);

    private static IReadOnlyList<(string, int)> Counts(IEnumerable<string> lines) =>
        [.. lines.GroupBy(line => line, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => (group.Key, group.Count()))];

    private static string Show(IReadOnlyList<DiffLine> lines) =>
        string.Join('|', lines.Select(line => (line.Fate switch { LineFate.Added => '+', LineFate.Removed => '-', _ => ' ' }) + line.Text));
}
