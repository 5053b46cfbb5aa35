using System.Reflection;

namespace NotificationService.Storage;

/// <summary>The text of the statements under <c>Storage/Sql</c> and <c>Storage/Migrations</c>, embedded in this assembly.</summary>
public static class SqlText
{
    /// <summary>A statement by its file name without extension, such as <c>deliveries_claim</c>.</summary>
    public static string Statement(string name) => Read($"Sql/{name}");

    /// <summary>Every migration in the order of its number: name and text.</summary>
    public static IReadOnlyList<(string Name, string Text)> Migrations() =>
        [.. typeof(SqlText).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("Migrations/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (name["Migrations/".Length..], Read(name)))];

    private static string Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource}.sql is not embedded");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
