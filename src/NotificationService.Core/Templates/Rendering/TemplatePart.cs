using HandlebarsDotNet;
using NotificationService.Templates.Language;

namespace NotificationService.Templates.Rendering;

/// <summary>One text of a template: a subject, a body, an action's label. Compiled when it is first rendered.</summary>
internal sealed class TemplatePart
{
    /// <summary>What the engine could be given as @variables beside the model: nothing.</summary>
    private static readonly PlainMap NoData = [];

    private readonly PartKind kind;
    private readonly bool guardLinks;
    private readonly Lazy<HandlebarsTemplate<TextWriter, object, object>>? compiled;
    private readonly string? constant;

    public TemplatePart(string source, TemplateTree tree, PartKind kind)
    {
        this.kind = kind;
        Tree = tree;
        Characters = source.Length;
        constant = tree.Constant;
        guardLinks = kind == PartKind.Html && HtmlLinks.MayOccurIn(source);
        if (constant is null)
            compiled = new(() => TemplateEngine.Compile(tree, kind), LazyThreadSafetyMode.ExecutionAndPublication);
        else if (kind == PartKind.Line)
            constant = OneLine(constant);
    }

    public TemplateTree Tree { get; }

    public int Characters { get; }

    /// <summary>Compiles now, so that whatever the engine has against it comes out here.</summary>
    public void Compile() => _ = compiled?.Value;

    public string Render(PlainMap model)
    {
        if (compiled is null)
            return constant!;
        var writer = RenderWriter.Take();
        compiled.Value(writer, model, NoData);
        var text = writer.ToString();
        return kind switch
        {
            PartKind.Html when guardLinks => HtmlLinks.Neutralise(text),
            PartKind.Line => OneLine(text),
            _ => text,
        };
    }

    /// <summary>A header's or title's text: control characters and line separators become one space, so that no value begins a new header.</summary>
    public static string OneLine(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001F') && !text.AsSpan().ContainsAnyInRange('\u007F', '\u009F') && !text.AsSpan().ContainsAny('\u2028', '\u2029'))
            return text;
        return string.Join(' ', text.Split(
            [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(code => (char)code), '\u2028', '\u2029'],
            StringSplitOptions.RemoveEmptyEntries));
    }
}
