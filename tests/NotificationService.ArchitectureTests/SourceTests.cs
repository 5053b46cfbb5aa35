using System.Text.RegularExpressions;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>Budgets and banned words, read from the repository's text.</summary>
public sealed partial class SourceTests
{
    private static readonly string[] BannedFolders = ["Helpers", "Utils", "Utilities", "Common", "Managers", "Services", "Misc"];

    private static readonly IReadOnlyList<string> Source = [.. Files("src", "*.cs"), .. Files("tests", "*.cs")];

    [Fact]
    public void No_file_is_longer_than_400_lines_and_few_are_longer_than_250()
    {
        var lengths = Source.Select(file => (File: file, Lines: File.ReadLines(file).Count())).OrderBy(file => file.Lines).ToList();

        lengths.Where(file => file.Lines > 400).ShouldBeEmpty();
        lengths[(int)(lengths.Count * 0.95)].Lines.ShouldBeLessThanOrEqualTo(250);
    }

    [Fact]
    public void No_folder_is_a_drawer_for_everything() =>
        Source.Where(file => Path.GetRelativePath(Repository.Root, file).Split(Path.DirectorySeparatorChar).Any(BannedFolders.Contains)).ShouldBeEmpty();

    [Fact]
    public void No_file_has_regions_or_unfinished_business() =>
        Source.Where(file => !file.EndsWith("SourceTests.cs", StringComparison.Ordinal) && UnfinishedBusiness().IsMatch(File.ReadAllText(file))).ShouldBeEmpty();

    [Theory]
    [InlineData("    #region fields")]
    [InlineData("    // TODO: later")]
    [InlineData("    string name = null!;")]
    [InlineData("    // HACK around it")]
    public void Unfinished_business_is_recognized(string line) => UnfinishedBusiness().IsMatch(line).ShouldBeTrue();

    /// <summary>Nobody can read which is which: the record wants names.</summary>
    [Fact]
    public void No_call_is_given_a_row_of_nulls() =>
        Files("src", "*.cs").Where(file => RowOfNulls().IsMatch(File.ReadAllText(file))).ShouldBeEmpty();

    [Theory]
    [InlineData("To(\"somebody\", null, null, null, null)", true)]
    [InlineData("new(delivery, null, null, null, reason)", false)]
    [InlineData("new() { A = null, B = null, C = null, D = null }", false)]
    public void A_row_of_nulls_is_recognized(string line, bool isOne) => RowOfNulls().IsMatch(line).ShouldBe(isOne);

    [Fact]
    public void Every_SQL_file_is_used()
    {
        var code = string.Join('\n', Files("src", "*.cs").Select(File.ReadAllText));

        Files("src", "*.sql").Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "Sql")
            .Where(file => !code.Contains($"\"{Path.GetFileNameWithoutExtension(file)}\"", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_SQL_file_is_named_in_snake_case_and_starts_with_what_it_does() =>
        Files("src", "*.sql")
            .Where(file => !SnakeCase().IsMatch(Path.GetFileName(file))
                || (!file.Contains("Migrations", StringComparison.Ordinal) && !File.ReadAllText(file).StartsWith("--", StringComparison.Ordinal)))
            .ShouldBeEmpty();

    [Fact]
    public void No_two_migrations_share_a_number()
    {
        // A file, or a folder of files.
        var numbers = Directory.GetFileSystemEntries(Path.Combine(Repository.Root, "src", "NotificationService.Core", "Storage", "Migrations"))
            .Select(path => int.Parse(Path.GetFileName(path)[..4])).ToList();

        numbers.ShouldBeUnique();
    }

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), pattern, SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && !file.Contains("node_modules", StringComparison.Ordinal));

    [GeneratedRegex(@"#region|\bTODO\b|\bFIXME\b|\bHACK\b|\bnull!")]
    private static partial Regex UnfinishedBusiness();

    [GeneratedRegex(@"\bnull(,\s*null){3}\b")]
    private static partial Regex RowOfNulls();

    [GeneratedRegex(@"^[a-z0-9_]+\.sql$")]
    private static partial Regex SnakeCase();
}
