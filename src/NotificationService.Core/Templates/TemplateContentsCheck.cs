using System.Text.Json;
using NotificationService.Templates.Schemas;

namespace NotificationService.Templates;

/// <summary>Reads contents that are not stored, or not yet: for saving, publishing and preview.</summary>
public static class TemplateContentsCheck
{
    /// <summary>The template ready to render, or everything that is wrong with it. Nothing is given to the engine yet.</summary>
    public static (CompiledTemplate? Template, IReadOnlyList<TemplateIssue> Issues) Read(JsonElement contents, string pointer)
    {
        var (read, issues) = TemplateContentsReader.Read(contents, pointer);
        return (read is null ? null : new CompiledTemplate(read), issues);
    }

    /// <summary>A version as it is stored, with what its variables must look like.</summary>
    public static (CompiledTemplate? Template, IReadOnlyList<TemplateIssue> Issues) Read(string contents, string? variables)
    {
        using var document = JsonDocument.Parse(contents);
        var (read, issues) = TemplateContentsReader.Read(document.RootElement, "/contents");
        var (schema, refused) = Schema(variables);
        return read is null || refused.Count > 0 ? (null, [.. issues, .. refused]) : (new CompiledTemplate(read, schema), []);
    }

    /// <summary>What is wrong with that which variables must look like, by itself.</summary>
    internal static IReadOnlyList<TemplateIssue> Check(string? variables) => Schema(variables).Issues;

    /// <summary>As it is stored, every part compiled.</summary>
    public static (CompiledTemplate? Template, IReadOnlyList<TemplateIssue> Issues) Compile(string contents, string? variables)
    {
        var (template, issues) = Read(contents, variables);
        return template?.CompileAll() is { } refused ? (null, [refused]) : (template, issues);
    }

    /// <summary>As <see cref="Read(JsonElement, string)"/>, and compiles every part, so that a template which the engine refuses is refused now.</summary>
    public static (CompiledTemplate? Template, IReadOnlyList<TemplateIssue> Issues) Compile(JsonElement contents, string pointer)
    {
        var (template, issues) = Read(contents, pointer);
        return template?.CompileAll() is { } refused ? (null, [refused]) : (template, issues);
    }

    private static (DataSchema? Schema, IReadOnlyList<TemplateIssue> Issues) Schema(string? variables)
    {
        if (variables is null)
            return (null, []);
        using var document = JsonDocument.Parse(variables);
        return SchemaReader.Read(document.RootElement, "/variables");
    }
}
