using System.Globalization;

namespace NotificationService.Templates.Language;

/// <summary>Reads what stands inside one tag: paths, literals, calls. Knows nothing of blocks.</summary>
internal sealed class TagReader(string source)
{
    public int Position { get; set; }

    /// <summary>Parts of paths, literals and calls that were read.</summary>
    public int Values { get; private set; }

    public char Current => Position < source.Length ? source[Position] : '\0';

    public void SkipSpace()
    {
        while (char.IsWhiteSpace(Current))
            Position++;
    }

    public bool Take(string text)
    {
        if (string.CompareOrdinal(source, Position, text, 0, text.Length) != 0)
            return false;
        Position += text.Length;
        return true;
    }

    /// <summary>Whether the tag ends here, with or without a tilde, or a parenthesis closes.</summary>
    public bool AtEnd => Current is '}' or '~' or ')' or '|' || Position >= source.Length;

    /// <summary>Reads the end of the tag and shows whether it trims what follows.</summary>
    public bool Close(bool raw)
    {
        SkipSpace();
        var trim = raw ? Take("}") && Take("~") : Take("~");
        if (Position >= source.Length)
            throw Refuse("the tag is not closed");
        if (!Take("}}"))
            throw Refuse("expected }} here");
        if (!raw && Current == '}')
            throw Refuse("three closing braces after two opening ones; put a space between the tag and a literal }");
        return trim;
    }

    /// <summary>Either a value or, where arguments follow a name, a call.</summary>
    public TemplateExpression ReadCallOrPath()
    {
        var start = Position;
        if (!IsNameStart(Current))
            return ReadPath();
        var name = ReadName();
        var mayBeCall = char.IsWhiteSpace(Current);
        SkipSpace();
        if (mayBeCall && !AtEnd)
            return ReadCall(name, start, depth: 0);
        Position = start;
        return ReadPath();
    }

    public TemplateExpression ReadValue(int depth)
    {
        if (Current == '(')
        {
            if (depth >= TemplateLimits.SubExpressionDepth)
                throw new TemplateRefusedException(TemplateCodes.TooComplex, Position, $"sub-expressions may be {TemplateLimits.SubExpressionDepth} deep");
            Position++;
            SkipSpace();
            var start = Position;
            if (!IsNameStart(Current))
                throw Refuse("expected the name of a function after (");
            var call = ReadCall(ReadName(), start, depth + 1);
            SkipSpace();
            if (!Take(")"))
                throw Refuse("expected ) here");
            return call;
        }

        if (Current is '"' or '\'')
            return ReadText();
        if (char.IsAsciiDigit(Current) || (Current == '-' && Position + 1 < source.Length && char.IsAsciiDigit(source[Position + 1])))
            return ReadNumber();
        return ReadPath();
    }

    public string ReadName()
    {
        var start = Position;
        while (IsNamePart(Current))
            Position++;
        if (start == Position)
            throw Refuse("expected a name here");
        if (Position - start > TemplateLimits.PathCharacters)
            throw new TemplateRefusedException(TemplateCodes.PathTooLong, start, $"a path may have {TemplateLimits.PathCharacters} characters");
        return source[start..Position];
    }

    private void Count(int values, int start)
    {
        Values += values;
        if (Values > TemplateLimits.Values)
            throw new TemplateRefusedException(TemplateCodes.TooComplex, start, $"a part of a template may have {TemplateLimits.Values} values in its tags");
    }

    public TemplateRefusedException Refuse(string message) => new(TemplateCodes.Syntax, Position, message);

    private FunctionCall ReadCall(string name, int start, int depth)
    {
        var arguments = new List<TemplateExpression>();
        var places = new List<int>();
        for (SkipSpace(); !AtEnd; SkipSpace())
        {
            if (arguments.Count == TemplateLimits.Arguments)
                throw new TemplateRefusedException(TemplateCodes.TooComplex, Position, $"a call may have {TemplateLimits.Arguments} arguments");
            places.Add(Position);
            arguments.Add(ReadValue(depth));
            if (Current == '=')
                throw Refuse("named arguments are not supported");
            if (!AtEnd && !char.IsWhiteSpace(Current))
                throw Refuse("expected a space here");
        }

        if (!TemplateFunctions.Signatures.TryGetValue(name, out var signature))
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, $"there is no function {name}; there are {TemplateFunctions.Names}");
        if (arguments.Count < signature.Min || arguments.Count > signature.Max)
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, $"{name} takes {signature.Usage}");
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i] is TextValue text && TemplateFunctions.LiteralProblem(name, i, text.Text) is { } problem)
                throw new TemplateRefusedException(TemplateCodes.Syntax, places[i], problem);
        }

        Count(1, start);
        return new FunctionCall(name, arguments);
    }

    private TextValue ReadText()
    {
        var start = Position;
        var quote = Current;
        var end = source.IndexOf(quote, Position + 1);
        if (end < 0)
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, "the quoted text is not closed");
        var text = source[(Position + 1)..end];
        if (text.Contains('\\', StringComparison.Ordinal))
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, "a quoted text cannot hold a backslash; use the other kind of quote around a quote");
        Position = end + 1;
        Count(1, start);
        return new TextValue(text);
    }

    private NumberValue ReadNumber()
    {
        var start = Position;
        Position++;
        while (char.IsAsciiDigit(Current) || Current == '.')
            Position++;
        var digits = source.AsSpan(start, Position - start);
        if (digits.Length > 20 || !decimal.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _))
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, "this is not a number");
        Count(1, start);
        return new NumberValue(digits.ToString());
    }

    private TemplateExpression ReadPath()
    {
        var start = Position;
        var parents = 0;
        while (Take("../"))
        {
            if (++parents > TemplateLimits.ParentSteps)
                throw new TemplateRefusedException(TemplateCodes.PathTooLong, start, $"a path may go up {TemplateLimits.ParentSteps} times");
        }

        if (Take(".."))
            return new ValuePath(parents + 1, null, true, []);
        string? special = null;
        if (parents == 0 && Take("@"))
        {
            special = ReadName();
            if (special is not ("index" or "key" or "first" or "last" or "root"))
                throw new TemplateRefusedException(TemplateCodes.Syntax, start, "there are @index, @key, @first, @last and @root");
        }

        var fromThis = special is null && ReadThis();
        var segments = new List<string>();
        if (special is null && !fromThis)
            segments.Add(ReadSegment(first: true));
        else if (fromThis && IsNameStart(Current))
            segments.Add(ReadSegment(first: true));
        while (Current is '.' or '/')
        {
            Position++;
            if (segments.Count == TemplateLimits.PathSegments)
                throw new TemplateRefusedException(TemplateCodes.PathTooLong, start, $"a path may have {TemplateLimits.PathSegments} parts");
            segments.Add(ReadSegment(first: false));
        }

        Count(segments.Count, start);
        if (Position - start > TemplateLimits.PathCharacters)
            throw new TemplateRefusedException(TemplateCodes.PathTooLong, start, $"a path may have {TemplateLimits.PathCharacters} characters");
        if (special is not null and not "root" && segments.Count > 0)
            throw new TemplateRefusedException(TemplateCodes.Syntax, start, $"@{special} has no parts");
        if (parents == 0 && special is null && !fromThis && segments is [("true" or "false" or "null" or "undefined") and var word])
            return new WordValue(word == "undefined" ? "null" : word);
        return new ValuePath(parents, special, fromThis, segments);
    }

    /// <summary><c>this</c>, <c>.</c>, <c>./x</c>; leaves the position at a following separator, or at the name after <c>./</c>.</summary>
    private bool ReadThis()
    {
        if (Current == '.')
        {
            Position++;
            if (Current == '/')
                Position++;
            return true;
        }

        if (!Take("this"))
            return false;
        if (!IsNamePart(Current))
            return true;
        Position -= "this".Length;
        return false;
    }

    private string ReadSegment(bool first)
    {
        if (Current == '[')
            throw Refuse("names in brackets are not supported; use lookup");
        if (first && !IsNameStart(Current))
            throw Refuse(Position >= source.Length ? "the tag is not closed" : "expected a variable here");
        return ReadName();
    }

    private static bool IsNameStart(char c) => char.IsLetter(c) || c == '_';

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '_' or '-';
}
