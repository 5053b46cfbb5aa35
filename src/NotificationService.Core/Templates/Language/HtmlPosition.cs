namespace NotificationService.Templates.Language;

/// <summary>
/// Follows the author's HTML as a browser reads it, to know where a value would be run, or be style, rather than be shown: inside a script or style
/// element, an event handler, a style or srcdoc attribute, or a name. There escaping protects nobody, so no value may stand there.
/// </summary>
internal sealed class HtmlPosition
{
    private const int LongestName = 32;

    /// <summary>An attribute's name of which a part came from data.</summary>
    private const string UnknownName = "?";

    private readonly Stack<(State AtOpening, State? Worst)> blocks = new();
    private State state = State.Start;

    private enum Place
    {
        Text,
        Opening,
        Declaration,
        Comment,
        TagName,
        Tag,
        AttributeName,
        AfterName,
        BeforeValue,
        Value,
        RawText,
    }

    public void Pass(string literal)
    {
        foreach (var c in literal)
            state = state.Next(c);
    }

    /// <param name="isColor">Whether the value is certainly a colour, and may stand in a style.</param>
    public void RefuseWhereEscapingDoesNotHelp(int position, bool isColor)
    {
        if (state.Problem is { } problem && !(isColor && state.IsStyle))
            throw new TemplateRefusedException(TemplateCodes.UnsafePosition, position, problem);
        state = state.AfterValue();
    }

    public void OpenBlock() => blocks.Push((state, null));

    /// <summary>The other branch begins where the block began.</summary>
    public void OpenBranch()
    {
        var (atOpening, worst) = blocks.Pop();
        blocks.Push((atOpening, Worse(worst ?? state, state)));
        state = atOpening;
    }

    /// <summary>Whichever branch is taken, or none: what follows stands where the worst of them ended.</summary>
    public void CloseBlock(bool hasElse)
    {
        var (atOpening, worst) = blocks.Pop();
        state = Worse(worst ?? state, state);
        if (!hasElse)
            state = Worse(atOpening, state);
    }

    private static State Worse(State one, State other) => other.Problem is null && one.Problem is not null ? one : other;

    /// <param name="Place">Where in the HTML.</param>
    /// <param name="Tag">The tag's name, and then the element's whose raw text this is.</param>
    /// <param name="Attribute">The attribute's name.</param>
    /// <param name="Seen">The last characters, where an end is looked for.</param>
    /// <param name="Quote">What ends the value; a space for one without quotes.</param>
    private readonly record struct State(Place Place, string Tag, string Attribute, string Seen, char Quote)
    {
        public static readonly State Start = new(Place.Text, "", "", "", ' ');

        /// <summary>Why no value may stand here; null where it may.</summary>
        public string? Problem => Place switch
        {
            Place.RawText => $"a value cannot stand inside a {Tag} element",
            Place.Opening or Place.TagName => "a value cannot stand in the name of an element; write &lt; for a <",
            Place.AttributeName => "a value cannot stand in the name of an attribute",
            Place.BeforeValue or Place.Value => Attribute switch
            {
                UnknownName => "a value cannot stand inside an attribute whose name is a value",
                "style" => "a value cannot stand inside a style attribute; choose between styles with #if",
                "srcdoc" => "a value cannot stand inside a srcdoc attribute",
                _ when Attribute.StartsWith("on", StringComparison.Ordinal) => "a value cannot stand inside an event handler attribute",
                _ => null,
            },
            _ => null,
        };

        /// <summary>Within a style attribute that has quotes, or a style element.</summary>
        public bool IsStyle => (Place == Place.Value && Attribute == "style" && Quote != ' ') || (Place == Place.RawText && Tag == "style");

        public State AfterValue() => Place switch
        {
            Place.BeforeValue => this with { Place = Place.Value, Quote = ' ' },
            Place.Tag or Place.AfterName => this with { Place = Place.AttributeName, Attribute = UnknownName },
            _ => this,
        };

        public State Next(char c) => Place switch
        {
            Place.Text => c == '<' ? this with { Place = Place.Opening, Tag = "" } : this,
            Place.Opening => char.IsAsciiLetter(c) ? this with { Place = Place.TagName, Tag = Name("", c) }
                : c == '/' ? this with { Place = Place.TagName, Tag = "/" }
                : c is '!' or '?' ? this with { Place = Place.Declaration, Seen = "" }
                : this with { Place = c == '<' ? Place.Opening : Place.Text },
            Place.Declaration => c == '>' ? Start
                : c == '-' && Seen == "-" ? this with { Place = Place.Comment, Seen = "--" }
                : this with { Seen = c == '-' && Seen.Length == 0 ? "-" : "x" },
            // What stands in <!--[if …]> is HTML to those who understand it.
            Place.Comment => c == '>' && (Seen.EndsWith("--", StringComparison.Ordinal) || Seen == "--!") ? Start
                : c == 'f' && Seen == "-[i" ? this with { Place = Place.Declaration, Seen = "x" }
                : this with { Seen = Last(Seen, c, 3) },
            Place.TagName => IsSpace(c) || (c == '/' && Tag.Length > 0) ? this with { Place = Place.Tag } : c == '>' ? Closed() : this with { Tag = Name(Tag, c) },
            Place.Tag => IsSpace(c) || c == '/' ? this : c == '>' ? Closed() : this with { Place = Place.AttributeName, Attribute = Name("", c) },
            Place.AttributeName => c == '=' ? this with { Place = Place.BeforeValue }
                : IsSpace(c) ? this with { Place = Place.AfterName }
                : c == '/' ? this with { Place = Place.Tag }
                : c == '>' ? Closed()
                : this with { Attribute = Attribute == UnknownName ? UnknownName : Name(Attribute, c) },
            Place.AfterName => IsSpace(c) ? this : c == '=' ? this with { Place = Place.BeforeValue }
                : c == '>' ? Closed()
                : this with { Place = c == '/' ? Place.Tag : Place.AttributeName, Attribute = Name("", c) },
            Place.BeforeValue => IsSpace(c) ? this : c == '>' ? Closed() : this with { Place = Place.Value, Quote = c is '"' or '\'' ? c : ' ' },
            Place.Value => Quote == ' ' ? (IsSpace(c) ? this with { Place = Place.Tag } : c == '>' ? Closed() : this)
                : c == Quote ? this with { Place = Place.Tag } : this,
            _ => NextRaw(c),
        };

        /// <summary>A script's or a style's text ends with its own closing tag alone.</summary>
        private State NextRaw(char c)
        {
            var seen = Last(Seen, char.ToLowerInvariant(c), Tag.Length + 2);
            return seen.Length == Tag.Length + 2 && seen.StartsWith("</", StringComparison.Ordinal) && seen.AsSpan(2).SequenceEqual(Tag)
                ? this with { Place = Place.TagName, Tag = "/" + Tag, Seen = "" }
                : this with { Seen = seen };
        }

        private State Closed() => Tag is "script" or "style" ? this with { Place = Place.RawText, Seen = "" } : Start;

        private static bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f';

        private static string Name(string name, char c) => name.Length >= LongestName ? name : name + char.ToLowerInvariant(c);

        private static string Last(string seen, char c, int count) => seen.Length < count ? seen + c : seen[1..] + c;
    }
}
