using System.Buffers;
using System.Net;
using System.Text;

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
    private const int LongestName = 11; // "/blockquote"

    private static readonly SearchValues<char> NameEnds = SearchValues.Create([' ', '\t', '\r', '\n', '\f', '/', '>']);

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
        Span<char> name = stackalloc char[LongestName];
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
                var element = name[..NameOf(tag, name)];
                link = Write(text, tag, element, link);
                if (Hides(element) is { } closing && (end = html.IndexOf(closing, end, StringComparison.OrdinalIgnoreCase) - 1) < 0)
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
        for (var i = at + 1; html.AsSpan(i).IndexOfAny('>', '"', '\'') is >= 0 and var found; i++)
        {
            i += found;
            if (html[i] == '>')
                return i;
            // A quotation mark begins a value only behind an equals sign.
            if (html.AsSpan(at + 1, i - at - 1).TrimEnd() is [.., '='] && (i = html.IndexOf(html[i], i + 1)) < 0)
                break;
        }

        return -1;
    }

    /// <summary>How what stands between this tag and its end ends, where that is not for reading.</summary>
    private static string? Hides(ReadOnlySpan<char> element) => element switch
    {
        "script" => "</script",
        "style" => "</style",
        "title" => "</title",
        _ => null,
    };

    /// <summary>The link that is open after this tag.</summary>
    private static Link? Write(TextLines text, ReadOnlySpan<char> tag, ReadOnlySpan<char> element, Link? link)
    {
        switch (element)
        {
            case "br" or "div" or "tr" or "dt" or "dd" or "center" or "address" or "form" or "/div" or "/tr" or "/li" or "/dd" or "/center" or "/address" or "/form":
                text.Break(element is "br" ? text.Breaks + 1 : 1);
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
                return IsWorthShowing(url) ? new Link(url.ToString(), text.Length) : null;
            case "/a" when link is { } ends:
                if (!text.IsSince(ends.From, ends.Url) && !text.IsSince(ends.From, ends.Url.Replace("mailto:", "", StringComparison.OrdinalIgnoreCase)))
                    text.Append(text.Length > ends.From ? $" ({ends.Url})" : ends.Url);
                return null;
        }

        return link;
    }

    private static bool IsWorthShowing(ReadOnlySpan<char> url)
    {
        if (url.Length > LongestLink || !(IsOf(url, "https://") || IsOf(url, "http://") || IsOf(url, "mailto:")))
            return false;
        foreach (var c in url)
        {
            if (char.IsControl(c) || char.IsWhiteSpace(c))
                return false;
        }

        return true;
    }

    private static bool IsOf(ReadOnlySpan<char> url, string scheme) => url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes it in lower case, with its slash where it closes, and answers its length; 0 where it is none that matters.</summary>
    private static int NameOf(ReadOnlySpan<char> tag, Span<char> name)
    {
        var length = tag.IndexOfAny(NameEnds, from: 1);
        var written = length < 0 ? tag : tag[..length];
        return written.Length <= name.Length && Ascii.ToLower(written, name, out _) == OperationStatus.Done ? written.Length : 0;
    }

    private static int IndexOfAny(this ReadOnlySpan<char> text, SearchValues<char> any, int from) =>
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

    /// <summary>Most of it is the text already and is not copied.</summary>
    private static ReadOnlySpan<char> Decoded(ReadOnlySpan<char> html) => html.Contains('&') ? WebUtility.HtmlDecode(html.ToString()) : html;
}
