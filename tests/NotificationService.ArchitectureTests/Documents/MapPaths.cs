using System.Text.RegularExpressions;
using NotificationService.Testing;

namespace NotificationService.ArchitectureTests.Documents;

/// <summary>Paths as the map writes them: <c>Core/</c>, <c>Host/</c>, <c>Providers/</c>, <c>Kafka/</c>, <c>Sql/</c>, <c>Functions/</c>, <c>Triggers/</c> and <c>Migrations/</c> are short, all else is from the root.</summary>
internal static partial class MapPaths
{
    private static readonly (string Short, string Folder)[] Roots =
    [
        ("Core/", "src/NotificationService.Core/"),
        ("Host/", "src/NotificationService.Host/"),
        ("Providers/", "src/NotificationService.Providers/"),
        ("Kafka/", "src/NotificationService.Kafka/"),
        ("Sql/", "src/NotificationService.Core/Storage/Sql/"),
        ("Functions/", "src/NotificationService.Core/Storage/Functions/"),
        ("Triggers/", "src/NotificationService.Core/Storage/Triggers/"),
        ("Migrations/", "src/NotificationService.Core/Storage/Migrations/"),
    ];

    private static readonly Lazy<HashSet<string>> FileNames = new(() =>
    [
        .. ((string[])["src", "tests"]).SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "*", SearchOption.AllDirectories)).Select(file => Path.GetFileName(file)),
    ]);

    /// <summary>Words between back-ticks that look like a path: a slash in them, or the ending of a source file. What begins with a slash is a route.</summary>
    public static IEnumerable<string> In(string text) =>
        Markdown.Words(text).Where(word => PathShape().IsMatch(word) && (word.Contains('/', StringComparison.Ordinal) || SourceFile().IsMatch(word)));

    /// <summary>Those that are not there. A name without a folder is that of some file; one that ends with a slash is a folder.</summary>
    public static IReadOnlyList<string> Missing(string text) => [.. In(text).Distinct(StringComparer.Ordinal).Where(path => !Exists(path))];

    public static string Full(string path)
    {
        var (shortName, folder) = Array.Find(Roots, root => path.StartsWith(root.Short, StringComparison.Ordinal));
        return Path.Combine(Repository.Root, shortName is null ? path : folder + path[shortName.Length..]);
    }

    private static bool Exists(string path)
    {
        if (!path.Contains('/', StringComparison.Ordinal))
            return FileNames.Value.Contains(path) || File.Exists(Full(path));
        return Directory.Exists(Full(path)) || (!path.EndsWith('/') && File.Exists(Full(path)));
    }

    [GeneratedRegex(@"^[\w.\-]+(/[\w.\-]+)*/?$")]
    private static partial Regex PathShape();

    [GeneratedRegex(@"\.(cs|csproj|sql|md|yml|yaml|json|ts|props|sh|tpl|txt)$")]
    private static partial Regex SourceFile();
}
