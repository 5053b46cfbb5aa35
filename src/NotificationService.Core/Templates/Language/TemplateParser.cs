namespace NotificationService.Templates.Language;

/// <summary>
/// Reads a template's text before the engine sees anything of it, and refuses what the engine does not survive or what
/// templates may not do. One pass; the depth of its own recursion is limited by the same limits.
/// </summary>
public sealed class TemplateParser
{
    private readonly string source;
    private readonly TagReader reader;
    private readonly bool isHtml;
    private readonly HtmlPosition? html;
    private readonly List<PartialTag>? partials;
    private readonly Stack<OpenBlock> open = new();
    private List<TemplateNode> nodes = [];
    private int tags;

    private TemplateParser(string source, bool isHtml, List<PartialTag>? partials)
    {
        this.source = source;
        this.isHtml = isHtml;
        this.partials = partials;
        reader = new TagReader(source);
        html = isHtml && partials is null ? new HtmlPosition() : null;
    }

    public static ParseOutcome Parse(string source, bool isHtml) => Parse(source, isHtml, partials: null);

    /// <summary>
    /// The partials that a text names, in their order, or why it is refused. Where in the HTML a value stands is not looked at: what is around the text,
    /// and in its partials, is not known yet. The text that they were put into is parsed again.
    /// </summary>
    internal static (IReadOnlyList<PartialTag> Partials, ParseOutcome.Refused? Refused) FindPartials(string source, bool isHtml)
    {
        var found = new List<PartialTag>();
        return Parse(source, isHtml, found) is ParseOutcome.Refused refused ? ([], refused) : (found, null);
    }

    private static ParseOutcome Parse(string source, bool isHtml, List<PartialTag>? partials)
    {
        try
        {
            if (source.Length > TemplateLimits.SourceCharacters)
                throw new TemplateRefusedException(TemplateCodes.TooComplex, 0, $"a part of a template may have {TemplateLimits.SourceCharacters} characters, this has {source.Length}");
            return new ParseOutcome.Parsed(new TemplateParser(source, isHtml, partials).Run());
        }
        catch (TemplateRefusedException refusal)
        {
            return refusal.In(source);
        }
    }

    private TemplateTree Run()
    {
        for (var position = 0; ;)
        {
            var tag = source.IndexOf("{{", position, StringComparison.Ordinal);
            AddLiteral(position, tag < 0 ? source.Length : tag);
            if (tag < 0)
                break;
            if (++tags > TemplateLimits.Tags)
                throw new TemplateRefusedException(TemplateCodes.TooComplex, tag, $"a part of a template may have {TemplateLimits.Tags} tags");
            ReadTag(tag);
            position = reader.Position;
        }

        if (open.TryPeek(out var unclosed))
            throw new TemplateRefusedException(TemplateCodes.Syntax, unclosed.Position, $"{{{{#{unclosed.Name}}}}} is never closed");
        return new TemplateTree(nodes, tags, reader.Values);
    }

    private void AddLiteral(int from, int to)
    {
        if (from == to)
            return;
        if (to < source.Length && source[to - 1] == '\\')
            throw new TemplateRefusedException(TemplateCodes.Syntax, to - 1, "a backslash before {{ is not supported");
        var text = source[from..to];
        html?.Pass(text);
        nodes.Add(new LiteralNode(text));
    }

    private void ReadTag(int start)
    {
        reader.Position = start + 2;
        if (reader.Current == '{')
        {
            reader.Position++;
            if (reader.Current == '{')
                throw new TemplateRefusedException(TemplateCodes.Syntax, start, "raw blocks are not supported");
            ReadRaw(start, braces: true, trimBefore: false);
            return;
        }

        var trimBefore = reader.Take("~");
        if (trimBefore && reader.Current == '{')
        {
            reader.Position++;
            ReadRaw(start, braces: true, trimBefore);
            return;
        }

        if (reader.Current == '!')
        {
            ReadComment(start, trimBefore);
            return;
        }

        reader.SkipSpace();
        switch (reader.Current)
        {
            case '#':
            case '^':
                ReadOpening(start, trimBefore);
                break;
            case '/':
                ReadClosing(start, trimBefore);
                break;
            case '&':
                reader.Position++;
                ReadRaw(start, braces: false, trimBefore);
                break;
            case '>':
                ReadPartial(start, trimBefore);
                break;
            case '*':
                throw new TemplateRefusedException(TemplateCodes.TooComplex, start, "decorators are not allowed");
            default:
                ReadOutputOrElse(start, trimBefore);
                break;
        }
    }

    private void ReadRaw(int start, bool braces, bool trimBefore)
    {
        if (isHtml)
            throw new TemplateRefusedException(TemplateCodes.RawOutput, start, "values are always escaped in HTML; write {{name}}");
        reader.SkipSpace();
        var value = reader.ReadCallOrPath();
        nodes.Add(new OutputNode(value, new Trim(trimBefore, reader.Close(braces))));
    }

    private void ReadPartial(int start, bool trimBefore)
    {
        if (partials is null)
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, "there is no such partial here");
        reader.Position++;
        reader.SkipSpace();
        var from = reader.Position;
        while (reader.Current is '@' or '.' or '_' or '-' || char.IsAsciiLetterOrDigit(reader.Current))
            reader.Position++;
        var key = source[from..reader.Position];
        if (key != PartialTag.Slot && !TemplateKey.IsValid(key))
            throw new TemplateRefusedException(TemplateCodes.Syntax, from, $"expected the key of a partial, or {PartialTag.Slot} in a layout");
        reader.SkipSpace();
        if (!reader.AtEnd)
            throw reader.Refuse("a partial takes no values; it sees those of the place where it stands, so put it into {{#with …}}");
        var trimAfter = reader.Close(raw: false);
        partials.Add(new PartialTag(key, start, reader.Position, new Trim(trimBefore, trimAfter)));
    }

    private void ReadComment(int start, bool trimBefore)
    {
        var isLong = string.CompareOrdinal(source, reader.Position, "!--", 0, 3) == 0;
        var end = source.IndexOf(isLong ? "--" : "}}", reader.Position + (isLong ? 3 : 1), StringComparison.Ordinal);
        // Two dashes may stand inside a long comment as long as no braces follow them.
        while (isLong && end >= 0 && !source.AsSpan(end + 2).StartsWith("}}") && !source.AsSpan(end + 2).StartsWith("~}}"))
            end = source.IndexOf("--", end + 1, StringComparison.Ordinal);
        if (end < 0)
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, "the comment is not closed");
        reader.Position = isLong ? end + 2 : source[end - 1] == '~' ? end - 1 : end;
        nodes.Add(new CommentNode(new Trim(trimBefore, reader.Close(raw: false))));
    }

    private void ReadOutputOrElse(int start, bool trimBefore)
    {
        var position = reader.Position;
        if (reader.Take("else") && (char.IsWhiteSpace(reader.Current) || reader.AtEnd))
        {
            reader.SkipSpace();
            ReadElse(start, trimBefore);
            return;
        }

        reader.Position = position;
        var value = reader.ReadCallOrPath();
        if (value is WordValue)
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, "expected a variable here");
        html?.RefuseWhereEscapingDoesNotHelp(start, IsBrandColor(value));
        nodes.Add(new OutputNode(value, new Trim(trimBefore, reader.Close(raw: false))));
    }

    /// <summary>The tenant's colour, which is always one (<see cref="BrandModel"/>), and not something of the same name in what a block goes over.</summary>
    private bool IsBrandColor(TemplateExpression value) => value is ValuePath { Parents: 0, FromThis: false, Segments: ["brand", "color"] } path
        && (path.Special == "root" || (path.Special is null && open.All(block => block.Name is "if" or "unless")));

    private void ReadElse(int start, bool trimBefore)
    {
        if (!open.TryPeek(out var block))
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, "{{else}} stands outside of any block");
        if (block.Subject is null)
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, "nothing can follow the last {{else}} of a block");
        TemplateExpression? condition = null;
        if (!reader.AtEnd)
        {
            if (!reader.Take("if") || !char.IsWhiteSpace(reader.Current) || block.Name is not ("if" or "unless"))
                throw new TemplateRefusedException(TemplateCodes.Syntax, start, "only {{else}} and, in an if or unless, {{else if …}} are supported");
            reader.SkipSpace();
            condition = reader.ReadValue(depth: 0);
        }

        if (block.Branches.Count >= TemplateLimits.ElseBranches)
            throw new TemplateRefusedException(TemplateCodes.TooComplex, start, $"a block may have {TemplateLimits.ElseBranches} branches");
        html?.OpenBranch();
        block.Finish(nodes);
        nodes = [];
        block.Subject = condition;
        block.BranchTrim = new Trim(trimBefore, reader.Close(raw: false));
    }

    private void ReadOpening(int start, bool trimBefore)
    {
        var inverse = reader.Current == '^';
        reader.Position++;
        reader.SkipSpace();
        if (inverse && reader.AtEnd)
        {
            ReadElse(start, trimBefore);
            return;
        }

        if (reader.Current is '*' or '>')
            throw new TemplateRefusedException(TemplateCodes.TooComplex, start, "inline partials, partial blocks and decorators are not allowed");
        var at = reader.Position;
        var name = reader.ReadName();
        if (name is not ("if" or "unless" or "each" or "with") || (inverse && name is "each" or "with"))
            throw new TemplateRefusedException(TemplateCodes.Syntax, at, $"there is no block {name}; there are #if, #unless, #each and #with");
        if (open.Count >= TemplateLimits.BlockDepth)
            throw new TemplateRefusedException(TemplateCodes.TooComplex, start, $"blocks may be {TemplateLimits.BlockDepth} deep");
        reader.SkipSpace();
        if (reader.AtEnd)
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, $"#{name} needs something to look at, such as {{{{#{name} order}}}}");
        var subject = reader.ReadValue(depth: 0);
        var parameters = ReadParameters(name);
        var trim = new Trim(trimBefore, reader.Close(raw: false));
        html?.OpenBlock();
        open.Push(new OpenBlock(name, inverse, start, nodes, parameters) { Subject = subject, BranchTrim = trim });
        nodes = [];
    }

    private List<string> ReadParameters(string block)
    {
        reader.SkipSpace();
        var parameters = new List<string>();
        var start = reader.Position;
        if (!reader.Take("as"))
            return parameters;
        reader.SkipSpace();
        if (block is not ("each" or "with") || !reader.Take("|"))
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, "expected }} or, in each and with, as |name|");
        for (reader.SkipSpace(); reader.Current != '|'; reader.SkipSpace())
        {
            var name = reader.ReadName();
            if (parameters.Count == 2 || EngineText.IsReserved(name) || !char.IsLetter(name[0]))
                throw new TemplateRefusedException(TemplateCodes.Syntax, start, "expected at most two names, none of them a word of the language");
            parameters.Add(name);
        }

        reader.Position++;
        if (parameters.Count == 0)
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, "expected a name between the bars");
        return parameters;
    }

    private void ReadClosing(int start, bool trimBefore)
    {
        reader.Position++;
        reader.SkipSpace();
        var name = reader.ReadName();
        if (!open.TryPop(out var block))
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, $"{{{{/{name}}}}} closes nothing");
        if (block.Name != name)
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, $"{{{{/{name}}}}} cannot close {{{{#{block.Name}}}}}");
        var trim = new Trim(trimBefore, reader.Close(raw: false));
        html?.CloseBlock(hasElse: block.Branches.Count > 0 && block.Subject is null);
        block.Finish(nodes);
        nodes = block.Outer;
        nodes.Add(new BlockNode(block.EngineName, block.Parameters, block.Branches, trim));
    }

    private sealed class OpenBlock(string name, bool inverse, int position, List<TemplateNode> outer, List<string> parameters)
    {
        public string Name { get; } = name;

        public string EngineName { get; } = !inverse ? name : name == "if" ? "unless" : "if";

        public int Position { get; } = position;

        public List<TemplateNode> Outer { get; } = outer;

        public List<string> Parameters { get; } = parameters;

        public List<BlockBranch> Branches { get; } = [];

        public TemplateExpression? Subject { get; set; }

        public Trim BranchTrim { get; set; }

        public void Finish(List<TemplateNode> body) => Branches.Add(new BlockBranch(Subject, BranchTrim, body));
    }
}
