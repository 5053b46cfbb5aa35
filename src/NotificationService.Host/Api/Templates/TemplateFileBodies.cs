using System.Text.Json.Serialization;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;

namespace NotificationService.Host.Api.Templates;

/// <summary>Templates, layouts and partials as a file.</summary>
public sealed record TemplateFileBody
{
    /// <summary>The number of the file's form: 1.</summary>
    public required int Format { get; init; }

    public IReadOnlyList<TemplateFileEntry>? Partials { get; init; }

    public IReadOnlyList<TemplateFileEntry>? Layouts { get; init; }

    public IReadOnlyList<TemplateFileEntry>? Templates { get; init; }
}

/// <summary>One layout, partial or template of a file.</summary>
public sealed record TemplateFileEntry
{
    public required string Key { get; init; }

    public required string Name { get; init; }

    /// <summary>Of a template only.</summary>
    public string? Category { get; init; }

    /// <summary>The key of a template's layout.</summary>
    public string? Layout { get; init; }

    public required RawJson Contents { get; init; }

    /// <summary>What a template's variables must look like: <c>{ "schema": … }</c>.</summary>
    public RawJson? Variables { get; init; }

    /// <summary>Data with which a template is rendered before it is published.</summary>
    public IReadOnlyList<SampleBody>? Samples { get; init; }
}

/// <summary>What came of each item, in the order in which they were worked.</summary>
public sealed record ImportResponse(IReadOnlyList<ImportedItem> Items);

/// <summary>What came of an item.</summary>
/// <param name="Kind"><c>partial</c>, <c>layout</c> or <c>template</c>.</param>
/// <param name="Status"><c>created</c>, <c>changed</c>, <c>unchanged</c>, or <c>refused</c> with its errors.</param>
/// <param name="Version">Of a template, the version that has these contents.</param>
/// <param name="Published">Of a template, whether that version is published.</param>
public sealed record ImportedItem(string Kind, string Key, string Status, int? Version, bool? Published, IReadOnlyList<FieldError>? Errors);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TemplateFileBody))]
[JsonSerializable(typeof(ImportResponse))]
internal sealed partial class TemplateFilesJson : JsonSerializerContext;
