using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace NotificationService.Providers.Smtp;

/// <summary>Writes a message in ASCII lines of at most 76 characters in its body, as every server takes them.</summary>
internal sealed class MimeWriter
{
    private const int BytesOfALine = 57; // 76 characters of base64

    private readonly ArrayBufferWriter<byte> buffer = new(4096);

    public ReadOnlyMemory<byte> Written => buffer.WrittenMemory;

    public void Header(string name, string value) => Line($"{name}: {value}");

    /// <summary>A header that people read.</summary>
    public void Text(string name, string text) => Header(name, EncodedWords.IsPlain(text) ? text : EncodedWords.Encode(text, Column(name)));

    public void Mailbox(string name, string address, string? display) => Header(name, Mailboxes.ForHeader(address, display, Column(name)));

    /// <summary>The parts that are there; of two the last is the one to prefer. HTML has its text beside it, in words of its own if need be.</summary>
    public void Body(string? text, string? html, string boundary)
    {
        text = HtmlText.Beside(html, text);
        if (string.IsNullOrEmpty(html))
        {
            Part("text/plain", text);
        }
        else if (text.Length == 0)
        {
            Part("text/html", html); // nothing in it can be read
        }
        else
        {
            Header("Content-Type", $"multipart/alternative; boundary=\"{boundary}\"");
            Line("");
            Line($"--{boundary}");
            Part("text/plain", text);
            Line($"--{boundary}");
            Part("text/html", html);
            Line($"--{boundary}--");
        }
    }

    /// <summary>Where the text of a header begins in its line.</summary>
    private static int Column(string name) => name.Length + 2;

    private void Part(string type, string content)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(content.Length));
        var utf8 = bytes.AsSpan(0, Encoding.UTF8.GetBytes(content, bytes));
        // Readable where most of it is; three characters for every other byte are more than base64 takes from a sixth on.
        var asBase64 = utf8.Length - Ascii(utf8) > utf8.Length / 6;
        Header("Content-Type", $"{type}; charset=utf-8");
        Header("Content-Transfer-Encoding", asBase64 ? "base64" : "quoted-printable");
        Line("");
        if (asBase64)
            WriteBase64(utf8);
        else
            QuotedPrintable.Write(utf8, buffer);
        ArrayPool<byte>.Shared.Return(bytes);
    }

    private static int Ascii(ReadOnlySpan<byte> utf8)
    {
        var count = 0;
        foreach (var value in utf8)
            count += value < 0x80 ? 1 : 0;
        return count;
    }

    private void WriteBase64(ReadOnlySpan<byte> utf8)
    {
        for (; !utf8.IsEmpty; utf8 = utf8[Math.Min(BytesOfALine, utf8.Length)..])
        {
            var line = utf8[..Math.Min(BytesOfALine, utf8.Length)];
            Base64.EncodeToUtf8(line, buffer.GetSpan(Base64.GetMaxEncodedToUtf8Length(line.Length)), out _, out var written);
            buffer.Advance(written);
            Line("");
        }
    }

    private void Line(string text) => Encoding.UTF8.GetBytes($"{text}\r\n", buffer);
}
