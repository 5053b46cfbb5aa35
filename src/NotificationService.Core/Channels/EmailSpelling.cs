using NotificationService.Outbound;

namespace NotificationService.Channels;

/// <summary>
/// The one spelling under which an e-mail address is suppressed: its domain in ASCII and its ASCII letters in lower case, as <c>notifications_load.sql</c>
/// makes its key; other letters of a mailbox's name are its server's to compare.
/// </summary>
public static class EmailSpelling
{
    public static string Of(string address) => AsciiLower(MailDomain.Canonical(address));

    private static string AsciiLower(string text) =>
        string.Create(text.Length, text, static (lower, from) =>
        {
            for (var i = 0; i < from.Length; i++)
                lower[i] = char.IsAsciiLetterUpper(from[i]) ? (char)(from[i] | 0x20) : from[i];
        });
}
