namespace NotificationService.Templates;

/// <summary>What is wrong with a template's body: where (a JSON Pointer into the body), a stable code, a sentence.</summary>
public sealed record TemplateIssue(string Pointer, string Code, string Message);

/// <summary>The codes of <see cref="TemplateIssue"/> and of failed renders.</summary>
public static class TemplateCodes
{
    public const string Syntax = "template_syntax";
    public const string TooComplex = "template_too_complex";
    public const string RawOutput = "raw_output_not_allowed";
    public const string PathTooLong = "path_too_long";
    public const string UnsafePosition = "unsafe_position";
    public const string RenderLimit = "render_limit";
    public const string RenderFailed = "template_error";
    public const string NoContent = "no_content";
    public const string TextTooLong = "text_too_long";
    public const string TextEmpty = "text_empty";
}
