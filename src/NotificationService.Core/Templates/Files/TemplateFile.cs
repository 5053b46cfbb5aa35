using System.Text.Json;
using NotificationService.Storage;
using NotificationService.Templates.Samples;

namespace NotificationService.Templates.Files;

/// <summary>One layout, partial or template of a file, as somebody wrote it.</summary>
/// <param name="Kind"><c>partial</c>, <c>layout</c> or <c>template</c>.</param>
/// <param name="Contents">As JSON.</param>
public sealed record TemplateFileItem(string Kind, string Key, string Name, string? Category, string? Layout, string Contents)
{
    /// <summary>Of a template, what its variables must look like, as JSON.</summary>
    public string? Variables { get; init; }

    /// <summary>Of a template, the data with which it is rendered before it is published.</summary>
    public IReadOnlyList<TemplateSample>? Samples { get; init; }

    /// <summary>Where it stands in the file, for what is wrong with it.</summary>
    public string Pointer { get; init; } = "";
}

/// <summary>The form of files that templates are exported to and imported from.</summary>
public static class TemplateFile
{
    public const string Template = "template";

    /// <summary>The number of the form; a file of another is refused.</summary>
    public const int Format = 1;

    /// <summary>Items of one import.</summary>
    public const int MaxItems = 200;

    /// <summary>JSON without what does not matter, so that the same contents are the same however they were laid out.</summary>
    public static string Plain(string json)
    {
        using var document = JsonDocument.Parse(json);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, ReadableJson.Writer))
            document.RootElement.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
