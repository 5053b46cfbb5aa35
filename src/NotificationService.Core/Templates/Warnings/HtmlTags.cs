namespace NotificationService.Templates.Warnings;

/// <summary>One start tag of a rendered HTML with its attributes.</summary>
internal readonly record struct HtmlTag(string Name, IReadOnlyList<(string Name, string Value)> Attributes)
{
    public string? this[string attribute]
    {
        get
        {
            foreach (var (name, value) in Attributes)
            {
                if (name == attribute)
                    return value;
            }

            return null;
        }
    }
}

/// <summary>
/// The start tags of a rendered HTML in one pass. No tree is made: a tree as browsers make it can be the square of what it was made of, and whoever writes the template chooses what
/// it is made of (docs/decisions/0062-what-a-template-promises.md).
/// </summary>
internal static class HtmlTags
{
    private const int MaxTags = 20_000;
    private const int MaxAttributes = 40;
    private const int LongestValue = 2_048;

    private static readonly string[] Raw = ["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"];

    /// <summary>The first twenty thousand.</summary>
    public static IEnumerable<HtmlTag> Of(string html)
    {
        var tags = 0;
        for (var at = html.IndexOf('<'); at >= 0 && at + 1 < html.Length && tags < MaxTags; at = at < html.Length ? html.IndexOf('<', at) : -1)
        {
            if (string.CompareOrdinal(html, at, "<!--", 0, 4) == 0)
            {
                at = After(html, "-->", at + 4);
                continue;
            }

            if (!char.IsAsciiLetter(html[at + 1]))
            {
                at++;
                continue;
            }

            var (tag, end) = Read(html, at + 1);
            tags++;
            yield return tag;
            at = Raw.Contains(tag.Name) ? After(html, $"</{tag.Name}", end) : end;
        }
    }

    private static (HtmlTag Tag, int End) Read(string html, int at)
    {
        var start = at;
        while (at < html.Length && !IsEnd(html[at]))
            at++;
        var name = Short(html[start..at], 32).ToLowerInvariant();
        var attributes = new List<(string, string)>();
        while (at < html.Length && html[at] != '>')
        {
            if (char.IsWhiteSpace(html[at]) || html[at] is '/' or '=')
            {
                at++;
                continue;
            }

            (var attribute, at) = Attribute(html, at);
            if (attributes.Count < MaxAttributes)
                attributes.Add(attribute);
        }

        return (new HtmlTag(name, attributes), Math.Min(html.Length, at + 1));
    }

    private static ((string, string), int) Attribute(string html, int at)
    {
        var start = at;
        while (at < html.Length && !IsEnd(html[at]) && html[at] != '=')
            at++;
        var name = Short(html[start..at], 32).ToLowerInvariant();
        while (at < html.Length && char.IsWhiteSpace(html[at]))
            at++;
        if (at >= html.Length || html[at] != '=')
            return ((name, ""), at);
        at++;
        while (at < html.Length && char.IsWhiteSpace(html[at]))
            at++;
        var quote = at < html.Length && html[at] is '"' or '\'' ? html[at++] : '\0';
        start = at;
        while (at < html.Length && (quote == '\0' ? !char.IsWhiteSpace(html[at]) && html[at] != '>' : html[at] != quote))
            at++;
        return ((name, Short(html[start..at], LongestValue)), quote == '\0' ? at : Math.Min(html.Length, at + 1));
    }

    private static int After(string html, string end, int from) =>
        from <= html.Length && html.IndexOf(end, from, StringComparison.OrdinalIgnoreCase) is var at and >= 0 ? at + end.Length : html.Length;

    private static bool IsEnd(char c) => char.IsWhiteSpace(c) || c is '>' or '/';

    private static string Short(string text, int length) => text.Length <= length ? text : text[..length];
}
