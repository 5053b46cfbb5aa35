using System.Globalization;
using System.Text;

namespace NotificationService.Outbound;

/// <summary>
/// A domain's one spelling in ASCII (RFC 5890, A-labels). The service runs without a system's language data, so what IDNA 2008 and UTS 46 take
/// from it is done here: letters in lower case, and no character that those tables would first have to turn into another.
/// </summary>
public static class MailDomain
{
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>In lower case, each label beyond ASCII in its <c>xn--</c> form; null where it has none.</summary>
    public static string? ToAscii(string domain)
    {
        var lower = domain.ToLowerInvariant();
        if (Ascii.IsValid(lower))
            return lower;
        try
        {
            return IsComposed(lower) ? Idn.GetAscii(lower) : null;
        }
        catch (ArgumentException)
        {
            return null; // too long, or a hyphen where none may be
        }
    }

    /// <summary>
    /// One spelling of an address that may be written to: its domain in ASCII. International and <c>xn--</c> form of one domain are the same
    /// address; the local part is its server's own and stays.
    /// </summary>
    public static string Canonical(string email)
    {
        var at = email.LastIndexOf('@');
        return at > 0 && !Ascii.IsValid(email) && ToAscii(email[(at + 1)..]) is { } domain ? $"{email[..at]}@{domain}" : email;
    }

    private static bool IsComposed(string domain)
    {
        var begins = true;
        foreach (var rune in domain.EnumerateRunes())
        {
            if (!IsOfLabel(rune, begins) && rune.Value != '.')
                return false;
            begins = rune.Value == '.';
        }

        return true;
    }

    private static bool IsOfLabel(Rune rune, bool begins) => rune.Value switch
    {
        < 0x80 => Rune.IsLetterOrDigit(rune) || rune.Value == '-',
        0xFFFD => false, // half of a character
        // Accents by themselves, where one composed character is meant; full-width forms; letters for mathematics.
        (>= 0x0300 and <= 0x036F) or (>= 0xFF00 and <= 0xFFEF) or (>= 0x1D400 and <= 0x1D7FF) => false,
        _ => Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.DecimalDigitNumber => true,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => !begins,
            _ => false,
        },
    };
}
