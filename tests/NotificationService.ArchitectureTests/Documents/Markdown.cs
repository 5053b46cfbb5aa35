using System.Text.RegularExpressions;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests.Documents;

/// <summary>What a document of the repository says, as far as a machine can read it.</summary>
internal static partial class Markdown
{
    /// <summary>What people read, from the repository's root.</summary>
    public static readonly IReadOnlyList<string> Files =
    [
        "README.md",
        "TESTING_GUIDE.md",
        .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    public static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    /// <summary>What stands between back-ticks, outside fenced blocks.</summary>
    public static IEnumerable<string> Words(string text) => BackTicked().Matches(WithoutBlocks(text)).Select(match => match.Groups[1].Value);

    /// <summary>Targets of links, without those to other hosts: a path from the document's folder, an anchor, or both.</summary>
    public static IEnumerable<string> Links(string text) =>
        Link().Matches(WithoutBlocks(text)).Select(match => match.Groups[1].Value).Where(target => !target.Contains(':', StringComparison.Ordinal));

    /// <summary>The anchors of the headings, as GitHub makes them.</summary>
    public static IEnumerable<string> Anchors(string text) =>
        Heading().Matches(WithoutBlocks(text)).Select(match => NoLetter().Replace(match.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    /// <summary>Rows of every table whose first column is called so, without its two lines of heading; a cell each.</summary>
    public static IEnumerable<IReadOnlyList<string>> Rows(string text, string firstColumn)
    {
        var isInside = false;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith($"| {firstColumn} |", StringComparison.Ordinal))
                isInside = true;
            else if (!line.StartsWith('|'))
                isInside = false;
            else if (isInside && !line.StartsWith("| ---", StringComparison.Ordinal))
                yield return [.. line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries)];
        }
    }

    private static string WithoutBlocks(string text) => Block().Replace(text, "");

    [GeneratedRegex("^```.*?^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex BackTicked();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (?<title>.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoLetter();
}
