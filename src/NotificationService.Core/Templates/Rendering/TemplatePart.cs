using System.Buffers;
using HandlebarsDotNet;
using NotificationService.Channels;
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
        Weight = CompiledWeight.Of(tree, source.Length);
        constant = tree.Constant;
        NamesBrand = source.Contains("brand", StringComparison.Ordinal);
        guardLinks = kind == PartKind.Html && HtmlLinks.MayOccurIn(source);
        if (constant is null)
            compiled = new(() => TemplateEngine.Compile(tree, kind), LazyThreadSafetyMode.ExecutionAndPublication);
        else if (kind == PartKind.Line)
            constant = OneLine(constant);
    }

    public TemplateTree Tree { get; }

    /// <summary>Whether it may say something of the tenant.</summary>
    public bool NamesBrand { get; }

    /// <summary>Bytes that it takes once it is compiled.</summary>
    public long Weight { get; }

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
        return Collapse(text, longestRun: 0, static c => char.IsControl(c) || c is '\u2028' or '\u2029');
    }

    /// <summary>Writes a run of such characters as one space, or as it is up to a length; none stand at the ends of what is put on one line.</summary>
    internal static string Collapse(string text, int longestRun, Func<char, bool> isGap)
    {
        var kept = ArrayPool<char>.Shared.Rent(text.Length);
        var length = 0;
        var run = 0;
        foreach (var c in text)
        {
            if (isGap(c))
            {
                if (++run <= longestRun)
                    kept[length++] = c;
                continue;
            }

            if (run > 0 && longestRun == 0 && length > 0)
                kept[length++] = ' ';
            run = 0;
            kept[length++] = c;
        }

        var collapsed = new string(kept, 0, length);
        ArrayPool<char>.Shared.Return(kept);
        return collapsed;
    }
}
