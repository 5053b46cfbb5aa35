using System.Text.RegularExpressions;
using NotificationService.Channels;
using NotificationService.Storage;

namespace NotificationService.Deliveries.Receipts;

/// <summary>
/// What a vendor sent, fit to be kept beside its receipt: cut, and without secrets, addresses, numbers, network addresses and what follows the
/// question mark of a link, which may be a key to something.
/// </summary>
public static partial class RawReceipt
{
    public const int Longest = 2_000;

    /// <summary>More is not looked at.</summary>
    private const int MaxRead = 4 * Longest;

    /// <summary>One that is no longer than a common word is none.</summary>
    private const int ShortestSecret = 6;

    public static Receipt Clean(Receipt receipt, IReadOnlyCollection<string> secrets) => receipt.Raw is null ? receipt : receipt with { Raw = Clean(receipt.Raw, secrets) };

    public static string Clean(string raw, IReadOnlyCollection<string> secrets)
    {
        var text = raw.Length > MaxRead ? raw[..MaxRead] : raw;
        foreach (var secret in secrets.Where(secret => secret.Length >= ShortestSecret).OrderByDescending(secret => secret.Length))
            text = text.Replace(secret, "[secret]", StringComparison.Ordinal);
        text = Query().Replace(text, "${page}?[…]");
        text = Address().Replace(text, "[address]");
        text = Number().Replace(text, "[number]");
        text = Person().Replace(text, "${name}\"[…]\"");
        return StorableText.Of(text, Longest);
    }

    // Bounded, so that no text is worth more than a few looks at each of its characters.
    [GeneratedRegex(@"(?<page>https?:\\?/\\?/[^\s""?]{1,500})\?[^\s""]*", RegexOptions.None, 1000)]
    private static partial Regex Query();

    [GeneratedRegex(@"[^\s<>""'(),;:=&]{1,64}@[^\s<>""'(),;:=&]{1,255}", RegexOptions.None, 1000)]
    private static partial Regex Address();

    [GeneratedRegex(@"\+\d{7,15}", RegexOptions.None, 1000)]
    private static partial Regex Number();

    /// <summary>Members that vendors put a number or a network address into without its plus.</summary>
    [GeneratedRegex(@"(?<name>""(?:recipient_id|wa_id|from|to|display_phone_number|address|ip|client_ip)""\s*:\s*)""[^""]*""", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Person();
}
