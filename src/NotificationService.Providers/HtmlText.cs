using System.Net;

namespace NotificationService.Providers;

/// <summary>
/// The text of a mail that has only HTML, for those who read text and for filters that distrust mail without it. One pass over the HTML,
/// whatever its size and however broken, and a bounded result: no document is built.
/// </summary>
internal static class HtmlText
{
    /// <summary>Characters; what is longer is cut, because nobody reads it and the HTML beside has all of it.</summary>
    public const int Longest = 100_000;

    private const int LongestLink = 2_000;

    /// <summary>The text part of a mail: its own, or what can be read of its HTML. Empty where there is neither.</summary>
    public static string Beside(string? html, string? text) => (text, html) switch
    {
        ({ Length: > 0 }, _) => text,
        (_, { Length: > 0 }) => Of(html),
        _ => "",
    };

    /// <summary>Empty where there is nothing to read, such as pictures alone.</summary>
    public static string Of(string html)
    {
        var text = new TextLines(Longest);
        var link = default(Link?);
        for (var at = 0; at < html.Length && !text.IsFull;)
        {
            if (html[at] != '<' || at + 1 == html.Length || !(char.IsAsciiLetter(html[at + 1]) || html[at + 1] is '/' or '!' or '?'))
            {
                var next = html.IndexOf('<', at + 1);
                var run = html.AsSpan(at, (next < 0 ? html.Length : next) - at);
                text.Append(Decoded(run[..Math.Min(run.Length, Longest)]));
                at += run.Length;
                continue;
            }

            // What is never closed hides the rest of a document, here as in a browser: so nothing is looked for twice.
            var end = EndOf(html, at);
            if (end < 0)
                break;
            if (html[at + 1] is not ('!' or '?'))
            {
                var tag = html.AsSpan(at + 1, end - at - 1);
                link = Write(text, tag, link);
                if (Hides(tag) is { } closing && (end = html.IndexOf(closing, end, StringComparison.OrdinalIgnoreCase) - 1) < 0)
                    break;
            }

            at = end + 1;
        }

        return text.ToString();
    }

    /// <param name="Url">Where it leads.</param>
    /// <param name="From">Where its words begin.</param>
    private readonly record struct Link(string Url, int From);

    /// <summary>The last character of a tag or comment; negative where there is none.</summary>
    private static int EndOf(string html, int at)
    {
        if (html.AsSpan(at).StartsWith("<!--", StringComparison.Ordinal))
            return html.IndexOf("-->", at + 2, StringComparison.Ordinal) is >= 0 and var comment ? comment + 2 : -1;
        if (html[at + 1] is '!' or '?')
            return html.IndexOf('>', at);
        var (quote, last) = ('\0', '\0');
        for (var i = at + 1; i < html.Length; i++)
        {
            var c = html[i];
            if (quote != '\0')
                quote = c == quote ? '\0' : quote;
            else if (c is '"' or '\'' && last == '=')
                quote = c;
            else if (c == '>')
                return i;
            last = char.IsWhiteSpace(c) ? last : c;
        }

        return -1;
    }

    /// <summary>How what stands between this tag and its end ends, where that is not for reading.</summary>
    private static string? Hides(ReadOnlySpan<char> tag) => NameOf(tag) switch
    {
        "script" => "</script",
        "style" => "</style",
        "title" => "</title",
        _ => null,
    };

    /// <summary>The link that is open after this tag.</summary>
    private static Link? Write(TextLines text, ReadOnlySpan<char> tag, Link? link)
    {
        switch (NameOf(tag))
        {
            case "br" or "div" or "tr" or "dt" or "dd" or "center" or "address" or "form" or "/div" or "/tr" or "/li" or "/dd" or "/center" or "/address" or "/form":
                text.Break(NameOf(tag) == "br" ? text.Breaks + 1 : 1);
                break;
            case "p" or "h1" or "h2" or "h3" or "h4" or "h5" or "h6" or "ul" or "ol" or "dl" or "table" or "blockquote" or "pre" or "section" or "article" or "header" or "footer" or "hr"
                or "/p" or "/h1" or "/h2" or "/h3" or "/h4" or "/h5" or "/h6" or "/ul" or "/ol" or "/dl" or "/table" or "/blockquote" or "/pre" or "/section" or "/article" or "/header" or "/footer":
                text.Break(2);
                break;
            case "li":
                text.Break(1);
                text.Append("- ");
                break;
            case "td" or "th" or "/td" or "/th":
                text.Append(" ");
                break;
            case "img":
                text.Append(Decoded(Attribute(tag, "alt")));
                break;
            case "a":
                var url = Decoded(Attribute(tag, "href")).Trim();
                return IsWorthShowing(url) ? new Link(url, text.Length) : null;
            case "/a" when link is { } ends:
                if (!text.IsSince(ends.From, ends.Url) && !text.IsSince(ends.From, ends.Url.Replace("mailto:", "", StringComparison.OrdinalIgnoreCase)))
                    text.Append(text.Length > ends.From ? $" ({ends.Url})" : ends.Url);
                return null;
        }

        return link;
    }

    private static bool IsWorthShowing(string url) => url.Length <= LongestLink && !url.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
        && (url.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || url.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase));

    /// <summary>In lower case, with its slash where it closes; empty where it is longer than any that matters.</summary>
    private static string NameOf(ReadOnlySpan<char> tag)
    {
        const int LongestName = 11; // "/blockquote"
        var length = tag.IndexOfAny([' ', '\t', '\r', '\n', '\f', '/', '>'], from: 1);
        var name = length < 0 ? tag : tag[..length];
        return name.Length > LongestName ? "" : name.ToString().ToLowerInvariant();
    }

    private static int IndexOfAny(this ReadOnlySpan<char> text, ReadOnlySpan<char> any, int from) =>
        text.Length <= from ? -1 : text[from..].IndexOfAny(any) is >= 0 and var found ? found + from : -1;

    private static ReadOnlySpan<char> Attribute(ReadOnlySpan<char> tag, string name)
    {
        for (var rest = tag; !rest.IsEmpty;)
        {
            var equals = rest.IndexOf('=');
            if (equals < 0)
                return [];
            var before = rest[..equals].TrimEnd();
            var value = rest[(equals + 1)..].TrimStart();
            var quoted = value is ['"' or '\'', ..];
            var end = quoted ? value[1..].IndexOf(value[0]) : value.IndexOfAny([' ', '\t', '\r', '\n', '\f']);
            var content = quoted ? value[1..(end < 0 ? value.Length : end + 1)] : end < 0 ? value : value[..end];
            if (before.EndsWith(name, StringComparison.OrdinalIgnoreCase) && (before.Length == name.Length || char.IsWhiteSpace(before[^(name.Length + 1)])))
                return content;
            rest = end < 0 ? [] : value[(end + (quoted ? 2 : 0))..];
        }

        return [];
    }

    private static string Decoded(ReadOnlySpan<char> html) => WebUtility.HtmlDecode(html.ToString());
}
