using System.Buffers;
using System.Text;

namespace NotificationService.Templates.Rendering;

/// <summary>
/// Makes links harmless that a value turned into code: an address in <c>href</c>, <c>src</c> and their like whose scheme
/// runs something gets <c>unsafe:</c> before it. It looks at what was rendered, so it does not matter from how many
/// values and literals the scheme was put together.
/// </summary>
internal static class HtmlLinks
{
    private static readonly SearchValues<string> Attributes =
        SearchValues.Create(["href", "src", "action", "poster", "background", "data"], StringComparison.OrdinalIgnoreCase);

    private static readonly string[] Forbidden = ["javascript", "vbscript", "livescript", "data", "file", "filesystem", "blob"];

    private static readonly string[] PictureTypes = ["image/png", "image/gif", "image/jpeg", "image/webp"];

    /// <summary>Whether a template can have such an attribute at all: values cannot bring one, their = is escaped.</summary>
    public static bool MayOccurIn(string source) => source.AsSpan().ContainsAny(Attributes);

    /// <summary>The text itself if nothing was wrong with it.</summary>
    public static string Neutralise(string html)
    {
        StringBuilder? corrected = null;
        var copied = 0;
        for (var at = html.AsSpan().IndexOfAny(Attributes); at >= 0;)
        {
            var (value, read) = ValueStart(html, at);
            if (value is { } start && IsForbidden(html.AsSpan(start), isPicture: html[at] is 's' or 'S'))
            {
                (corrected ??= new StringBuilder(html.Length + 32)).Append(html, copied, start - copied).Append("unsafe:");
                copied = start;
            }

            // Whatever begins within what was read leads to the same value: read again, a long text would cost its square.
            var next = html.AsSpan(read).IndexOfAny(Attributes);
            at = next < 0 ? -1 : read + next;
        }

        return corrected is null ? html : corrected.Append(html, copied, html.Length - copied).ToString();
    }

    /// <summary>Whether an address begins with a scheme that runs something, as a browser reads it: spaces and line breaks do not count.</summary>
    public static bool IsForbidden(ReadOnlySpan<char> address, bool isPicture = false)
    {
        Span<char> scheme = stackalloc char[16];
        var length = 0;
        for (var i = 0; i < address.Length; i++)
        {
            var c = address[i];
            if (c <= ' ' || c == '\u007F' || char.IsControl(c))
                continue;
            if (c == ':')
                return IsForbiddenScheme(scheme[..length], address[(i + 1)..], isPicture);
            if (!char.IsAsciiLetter(c) || length == scheme.Length)
                return false;
            scheme[length++] = char.ToLowerInvariant(c);
        }

        return false;
    }

    private static bool IsForbiddenScheme(ReadOnlySpan<char> scheme, ReadOnlySpan<char> rest, bool isPicture)
    {
        if (isPicture && scheme is "data")
        {
            foreach (var type in PictureTypes)
            {
                if (rest.StartsWith(type, StringComparison.OrdinalIgnoreCase))
                    return false;
            }
        }

        foreach (var forbidden in Forbidden)
        {
            if (scheme.SequenceEqual(forbidden))
                return true;
        }

        return false;
    }

    /// <summary>Where the attribute's value begins, if it has one, and how far the text was read to know it.</summary>
    private static (int? Value, int Read) ValueStart(string html, int attribute)
    {
        var i = attribute;
        while (i < html.Length && char.IsAsciiLetter(html[i]))
            i++;
        while (i < html.Length && char.IsWhiteSpace(html[i]))
            i++;
        if (i >= html.Length || html[i] != '=')
            return (null, i);
        i++;
        while (i < html.Length && char.IsWhiteSpace(html[i]))
            i++;
        if (i < html.Length && html[i] is '"' or '\'')
            i++;
        return i < html.Length ? (i, i) : (null, i);
    }
}
