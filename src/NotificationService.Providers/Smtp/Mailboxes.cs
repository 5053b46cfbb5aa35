using System.Net.Mail;
using System.Text;
using NotificationService.Outbound;

namespace NotificationService.Providers.Smtp;

/// <summary>Addresses as they stand in an SMTP conversation and in a header.</summary>
internal static class Mailboxes
{
    private const int Longest = 254;

    /// <summary>The address with its domain in ASCII. Null when it is none, or could be read as more than an address.</summary>
    public static string? ForEnvelope(string address)
    {
        if (address.Any(c => c <= ' ' || c is '<' or '>' or '\x7F' || char.IsControl(c)) || address.EnumerateRunes().Contains(Rune.ReplacementChar)
            || !MailAddress.TryCreate(address, out var parsed) || parsed.Address != address)
        {
            return null;
        }

        var at = address.LastIndexOf('@');
        var domain = address[(at + 1)..];
        var plain = Ascii.IsValid(domain) ? domain : MailDomain.ToAscii(domain);
        return plain is not null && Encoding.UTF8.GetByteCount(address.AsSpan(0, at)) + 1 + plain.Length <= Longest ? $"{address[..at]}@{plain}" : null;
    }

    /// <param name="column">How many characters stand before it in its line.</param>
    public static string ForHeader(string address, string? name, int column)
    {
        var text = name is null ? "" : HeaderText.OneLine(name).Trim();
        if (text.Length == 0)
            return address;
        if (EncodedWords.IsPlain(text))
            return $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\" <{address}>";
        var words = EncodedWords.Encode(text, column);
        var begins = words.LastIndexOf('\n');
        var line = begins < 0 ? column + words.Length : words.Length - begins - 1;
        return $"{words}{(line + address.Length + 3 <= EncodedWords.LongestLine ? "" : "\r\n")} <{address}>";
    }
}
