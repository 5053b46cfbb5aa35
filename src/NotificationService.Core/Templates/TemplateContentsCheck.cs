using System.Text.Json;

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

    /// <summary>As <see cref="Read"/>, and compiles every part, so that a template which the engine refuses is refused now.</summary>
    public static (CompiledTemplate? Template, IReadOnlyList<TemplateIssue> Issues) Compile(JsonElement contents, string pointer)
    {
        var (template, issues) = Read(contents, pointer);
        return template?.CompileAll() is { } refused ? (null, [refused]) : (template, issues);
    }
}
