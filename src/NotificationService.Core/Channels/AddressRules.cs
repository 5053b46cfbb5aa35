using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using NotificationService.Outbound;

namespace NotificationService.Channels;

/// <summary>What is wrong with an address.</summary>
public sealed record AddressIssue(string Code, string Message);

/// <summary>
/// Which addresses may be sent to. E-mail: an unquoted local part, beyond ASCII too (RFC 6531); a domain of at least two labels, international
/// ones in letters or in their <c>xn--</c> form. Numbers: E.164 of an assigned country. Whatever could end a line or a header is refused here, so
/// that no provider has to trust its library for it.
/// </summary>
public static class AddressRules
{
    public const int LongestEmail = 254;
    public const int LongestUserId = 128;
    public const int LongestDeviceToken = 4096;
    public const int MaxDeviceTokens = 100;
    private const int LongestLocalPart = 64;
    private const int LongestLabel = 63;

    private static readonly SearchValues<char> LocalPart =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~.");

    private static readonly SearchValues<char> Label =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>Numbers that cost whoever sends to them, or that no network delivers text to: premium, satellite, international services.</summary>
    private static readonly string[] Blocked = ["1900", "1976", "979", "881", "882", "883", "870", "878", "888"];

    /// <summary>The assigned country codes of three digits; those of one and two follow from their zone.</summary>
    private static readonly FrozenSet<string> ThreeDigits = Ranges(
        "211-213 216 218 220-229 230-239 240-249 250-258 260-269 290-291 297-299 350-359 370-383 385-387 389 420-421 423 500-509 "
        + "590-599 670 672-679 680-683 685-692 850 852-853 855-856 880 886 960-968 970-977 992-996 998");

    private static readonly FrozenSet<string> TwoDigits = Ranges(
        "20 27 30-34 36 39 40-41 43-49 51-58 60-66 81-82 84 86 90-95 98");

    /// <summary>Null if the address may be written to.</summary>
    public static AddressIssue? Email(string address)
    {
        if (address.Length is 0 or > LongestEmail || Encoding.UTF8.GetByteCount(address) > LongestEmail)
            return Refused($"An e-mail address has 1 to {LongestEmail} bytes.");
        var at = address.LastIndexOf('@');
        if (at <= 0 || at == address.Length - 1)
            return Refused("An e-mail address is written name@example.com.");

        var local = address.AsSpan(0, at);
        if (Encoding.UTF8.GetByteCount(local) > LongestLocalPart)
            return Refused($"The part before the @ has at most {LongestLocalPart} bytes.");
        if (local.ContainsAnyExcept(LocalPart) && !IsInternational(local))
            return Refused("The part before the @ has letters, digits and !#$%&'*+-/=?^_`{|}~. and no quotes, spaces, invisible characters or second @.");
        if (local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal))
            return Refused("The part before the @ neither begins nor ends with a dot, nor has two in a row.");
        return Domain(address[(at + 1)..])
            ?? (Encoding.UTF8.GetByteCount(MailDomain.Canonical(address)) > LongestEmail ? Refused($"An e-mail address has 1 to {LongestEmail} bytes, its domain in ASCII.") : null);
    }

    /// <summary>Null if the number may be called upon by SMS or WhatsApp.</summary>
    public static AddressIssue? Phone(string number)
    {
        if (number.Length is < 9 or > 16 || number[0] != '+' || number.AsSpan(1).ContainsAnyExceptInRange('0', '9') || !IsAssigned(number))
            return new("phone_not_e164", "A number is written +, country code and number, 8 to 15 digits in all, such as +14155550100.");
        foreach (var prefix in Blocked)
        {
            if (number.AsSpan(1).StartsWith(prefix, StringComparison.Ordinal))
                return new("destination_blocked", "Premium, satellite and international service numbers are not sent to.");
        }

        return null;
    }

    /// <summary>Null if it can be a device token of a push service.</summary>
    public static AddressIssue? DeviceToken(string token) =>
        token.Length is 0 or > LongestDeviceToken || token.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? new("device_token_invalid", $"A device token has 1 to {LongestDeviceToken} visible ASCII characters.")
            : null;

    /// <summary>Null if it can be a person's id, which is the caller's own and otherwise opaque.</summary>
    public static AddressIssue? UserId(string userId)
    {
        if (userId.Length is 0 or > LongestUserId || string.IsNullOrWhiteSpace(userId))
            return new("user_id_invalid", $"A userId has 1 to {LongestUserId} characters.");
        foreach (var c in userId)
        {
            if (char.IsControl(c))
                return new("control_character", "A userId has no control characters.");
        }

        return null;
    }

    /// <summary>What could be read as more than a character of a name is not: blanks, controls, what nobody sees, halves of characters.</summary>
    private static bool IsInternational(ReadOnlySpan<char> local)
    {
        foreach (var rune in local.EnumerateRunes())
        {
            var isAllowed = rune.IsAscii
                ? LocalPart.Contains((char)rune.Value)
                : rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
                    or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            if (!isAllowed)
                return false;
        }

        return true;
    }

    private static AddressIssue? Domain(string written)
    {
        if (MailDomain.ToAscii(written) is not { } domain)
            return Refused("The domain is no international domain name in its composed form; its xn-- form is taken, too.");
        if (domain.Length + 2 > LongestEmail)
            return Refused("The domain is too long.");
        var labels = domain.AsSpan();
        var count = 0;
        foreach (var range in labels.Split('.'))
        {
            var label = labels[range];
            count++;
            if (label.Length is 0 or > LongestLabel || label.ContainsAnyExcept(Label) || label[0] == '-' || label[^1] == '-')
                return Refused("The domain's labels have 1 to 63 letters, digits and hyphens, and neither begin nor end with a hyphen.");
        }

        var top = labels[(labels.LastIndexOf('.') + 1)..];
        if (count < 2 || top.Length < 2 || !top.ContainsAnyExceptInRange('0', '9'))
            return Refused("The domain has at least two labels, such as example.com, and is no IP address.");
        return domain.Contains("xn--", StringComparison.Ordinal) && !IsPunycode(domain)
            ? Refused("A label that begins with xn-- must be a valid international label.")
            : null;
    }

    private static bool IsPunycode(string domain)
    {
        try
        {
            return Idn.GetUnicode(domain).Length > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool IsAssigned(string number) =>
        number[1] is '1' or '7'
        || TwoDigits.Contains(number[1..3])
        || ThreeDigits.Contains(number[1..4])
        || Array.Exists(Blocked, prefix => number.AsSpan(1).StartsWith(prefix, StringComparison.Ordinal));

    private static FrozenSet<string> Ranges(string ranges) => ranges.Split(' ')
        .Select(range => range.Split('-'))
        .SelectMany(ends => Enumerable.Range(int.Parse(ends[0]), int.Parse(ends[^1]) - int.Parse(ends[0]) + 1))
        .Select(code => code.ToString())
        .ToFrozenSet(StringComparer.Ordinal);

    private static AddressIssue Refused(string message) => new("email_invalid", message);
}
