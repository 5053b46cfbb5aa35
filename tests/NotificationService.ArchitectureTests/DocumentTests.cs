using System.Text.RegularExpressions;
using NotificationService.ArchitectureTests.Documents;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests;

/// <summary>The documents lead to each other, and the README is a page that leads to all of them.</summary>
public sealed partial class DocumentTests
{
    private const int LongestReadme = 150;

    [Fact]
    public void Every_link_leads_to_a_file_and_every_anchor_to_a_heading() =>
        Markdown.Files.SelectMany(file => Broken(file, Markdown.Read(file))).ShouldBeEmpty();

    [Fact]
    public void A_planted_link_is_found() =>
        Broken("docs/architecture.md", "[a](limits.md) [b](gone.md) [c](operations.md#alarms) [d](operations.md#alarums) [e](#glossary) [f](https://example.com/x) [g](../README.md)")
            .ShouldBe(["gone.md in docs/architecture.md", "operations.md#alarums in docs/architecture.md", "#glossary in docs/architecture.md"]);

    [Fact]
    public void The_readme_is_a_page_and_leads_to_every_document()
    {
        var readme = Markdown.Read("README.md");
        var linked = Markdown.Links(readme).Select(link => link.Split('#')[0]).ToHashSet(StringComparer.Ordinal);

        readme.Split('\n').Length.ShouldBeLessThanOrEqualTo(LongestReadme);
        Markdown.Files.Where(file => file != "README.md" && !file.StartsWith("docs/decisions/", StringComparison.Ordinal) && !linked.Contains(file)).ShouldBeEmpty();
        linked.ShouldContain("docs/decisions/");
    }

    [Fact]
    public void Whatever_is_shown_in_the_quick_start_of_files_and_projects_exists()
    {
        var named = ShownPath().Matches(Markdown.Read("docs/quick-start.md")).Select(match => match.Groups[1].Value).Distinct().ToList();

        named.Count.ShouldBeGreaterThan(2);
        named.Where(path => !Path.Exists(Path.Combine(Repository.Root, path))).ShouldBeEmpty();
    }

    private static IEnumerable<string> Broken(string file, string text)
    {
        foreach (var link in Markdown.Links(text))
        {
            var parts = link.Split('#', 2);
            var target = parts[0].Length == 0 ? file : Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(file)!, parts[0])));
            var isThere = Path.Exists(Path.Combine(Repository.Root, target));
            if (!isThere || (parts.Length == 2 && !Markdown.Anchors(parts[0].Length == 0 ? text : Markdown.Read(target)).Contains(parts[1])))
                yield return $"{link} in {file}";
        }
    }

    [GeneratedRegex(@"(?:--project |file=@)(\S+)")]
    private static partial Regex ShownPath();
}
