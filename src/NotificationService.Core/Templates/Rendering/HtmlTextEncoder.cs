using System.Buffers;
using System.Text;
using HandlebarsDotNet;

namespace NotificationService.Templates.Rendering;

/// <summary>
/// Escapes a value for HTML text and quoted or unquoted attributes, as Handlebars does, and drops control characters,
/// which no HTML may hold. Text without anything to escape, which is most, is copied whole.
/// </summary>
internal sealed class HtmlTextEncoder : ITextEncoder
{
    private static readonly SearchValues<char> Special = SearchValues.Create(
        [.. "&<>\"'`=\u007F", .. Enumerable.Range(0, 0x20).Select(code => (char)code).Where(c => c is not ('\t' or '\n' or '\r'))]);

    public void Encode(string? text, TextWriter target) => Encode(text.AsSpan(), target);

    public void Encode(StringBuilder? text, TextWriter target) => Encode(text?.ToString(), target);

    public void Encode<T>(T? text, TextWriter target)
        where T : IEnumerator<char>
    {
        Span<char> one = stackalloc char[1];
        while (text is not null && text.MoveNext())
        {
            one[0] = text.Current;
            Encode(one, target);
        }
    }

    private static void Encode(ReadOnlySpan<char> text, TextWriter target)
    {
        for (var special = text.IndexOfAny(Special); special >= 0; special = text.IndexOfAny(Special))
        {
            target.Write(text[..special]);
            target.Write(text[special] switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#x27;",
                '`' => "&#x60;",
                '=' => "&#x3D;",
                _ => "",
            });
            text = text[(special + 1)..];
        }

        target.Write(text);
    }
}
