using NotificationService.Testing;

namespace NotificationService.ArchitectureTests.Documents;

/// <summary>A document of which parts are made from the code. A test compares it; with <c>REGENERATE_DOCS=1</c> in the environment the test writes it.</summary>
internal static class GeneratedDocument
{
    private const string Variable = "REGENERATE_DOCS";

    private static readonly Lock Writing = new();

    /// <param name="file">From the repository's root.</param>
    /// <param name="regenerate">Puts into the text what the code says.</param>
    public static void ShouldBeCurrent(string file, Func<string, string> regenerate)
    {
        lock (Writing)
        {
            var text = Markdown.Read(file);
            var current = regenerate(text);
            if (Environment.GetEnvironmentVariable(Variable) == "1" && text != current)
                File.WriteAllText(Path.Combine(Repository.Root, file), current);
            else
                text.ShouldBe(current, $"{file} is not what the code says: {Variable}=1 dotnet test tests/NotificationService.ArchitectureTests writes it");
        }
    }

    /// <summary>The text with something else between <c>&lt;!-- generated: name --&gt;</c> and <c>&lt;!-- end --&gt;</c>.</summary>
    public static string WithPart(string text, string name, IEnumerable<string> lines)
    {
        var begin = $"<!-- generated: {name} -->\n";
        var from = text.IndexOf(begin, StringComparison.Ordinal);
        from.ShouldBeGreaterThanOrEqualTo(0, $"there is no line {begin.Trim()}");
        var to = text.IndexOf("<!-- end -->", from, StringComparison.Ordinal);
        to.ShouldBeGreaterThan(from, $"{begin.Trim()} has no end");
        return $"{text[..(from + begin.Length)]}{string.Join('\n', lines)}\n{text[to..]}";
    }
}
