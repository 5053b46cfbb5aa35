using System.Reflection;
using System.Text;

namespace NotificationService.Storage;

/// <summary>The text of the statements under <c>Storage</c>, embedded in this assembly.</summary>
public static class SqlText
{
    private const string When = "-- when ";
    private const string End = "-- end";

    /// <summary>A statement by its file name without extension, such as <c>deliveries_claim</c>, with the numbers that it names (<see cref="SqlNames"/>) and the names of its parameters (<see cref="Storage.Statement"/> sends it).</summary>
    public static string Statement(string name) => SqlNames.Replace(Read($"Sql/{name}"));

    /// <summary>
    /// One variant of a statement that has several. A line <c>-- when a b</c> begins a part for the variants <c>a</c> and <c>b</c>, which ends at its
    /// <c>-- end</c> and may have parts of its own.
    /// </summary>
    /// <param name="name">The file name without extension.</param>
    /// <param name="variants">The names whose parts stay.</param>
    public static string Statement(string name, IReadOnlyCollection<string> variants) => Variant(name, Statement(name), variants);

    /// <summary>The same of a text that was read before.</summary>
    internal static string Variant(string name, string whole, IReadOnlyCollection<string> variants)
    {
        var text = new StringBuilder();
        var parts = new Stack<bool>();
        foreach (var line in whole.Split('\n'))
        {
            var trimmed = line.Trim();
            if (trimmed.StartsWith(When, StringComparison.Ordinal))
                parts.Push(trimmed[When.Length..].Split(' ').Any(variants.Contains));
            else if (trimmed == End)
                parts.Pop();
            else if (parts.All(stays => stays))
                text.Append(line).Append('\n');
        }

        return parts.Count == 0 ? text.ToString() : throw new InvalidOperationException($"{name}.sql has a part without an end");
    }

    /// <summary>The files of a folder and of those in it, in the order of their names: the path below the folder, without extension, and the text.</summary>
    public static IEnumerable<(string Name, string Text)> Folder(string folder) =>
        from resource in typeof(SqlText).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal)
        let name = resource.Replace('\\', '/')
        where name.StartsWith(folder + "/", StringComparison.Ordinal)
        select (name[(folder.Length + 1)..], SqlNames.Replace(Read(resource)).ReplaceLineEndings("\n"));

    private static string Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource}.sql is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
