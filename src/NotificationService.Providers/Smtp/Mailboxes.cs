using System.Globalization;
using System.Net.Mail;
using System.Text;

namespace NotificationService.Providers.Smtp;

/// <summary>Addresses as they stand in an SMTP conversation and in a header.</summary>
internal static class Mailboxes
{
    private const int Longest = 254;

    private static readonly IdnMapping Idn = new();

    /// <summary>The address with its domain in ASCII. Null when it is none, or could be read as more than an address.</summary>
    public static string? ForEnvelope(string address)
    {
        if (address.Any(c => c <= ' ' || c is '<' or '>' or '\x7F' || char.IsControl(c) || char.IsSurrogate(c))
            || !MailAddress.TryCreate(address, out var parsed) || parsed.Address != address)
        {
            return null;
        }

        var at = address.LastIndexOf('@');
        try
        {
            var domain = address[(at + 1)..];
            var plain = Ascii.IsValid(domain) ? domain : Idn.GetAscii(domain);
            return at + 1 + plain.Length <= Longest ? $"{address[..at]}@{plain}" : null;
        }
        catch (ArgumentException)
        {
            return null; // the domain cannot be written in ASCII
        }
    }

    public static string ForHeader(string address, string? name)
    {
        var text = name is null ? "" : HeaderText.OneLine(name).Trim();
        if (text.Length == 0)
            return address;
        var quoted = Ascii.IsValid(text) && text.Length <= EncodedWords.LongestPlain
            ? $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : EncodedWords.Encode(text);
        return $"{quoted} <{address}>";
    }
}
