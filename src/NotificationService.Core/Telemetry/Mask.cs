using System.Text.RegularExpressions;

namespace NotificationService.Telemetry;

/// <summary>Makes an address fit for a log or a trace: enough to recognise one's own, not enough to write to it.</summary>
public static partial class Mask
{
    /// <summary><c>ann@example.com</c> → <c>a***@e***.com</c>; <c>+14155550100</c> → <c>+1***00</c>; anything else <c>***</c>.</summary>
    public static string Address(string? address)
    {
        if (string.IsNullOrEmpty(address))
            return "";
        var at = address.LastIndexOf('@');
        if (at > 0 && at < address.Length - 1)
            return $"{address[0]}***@{address[at + 1]}***{TopLevel(address.AsSpan(at + 1))}";
        return address[0] == '+' && address.Length > 6 ? $"{address[..2]}***{address[^2..]}" : "***";
    }

    /// <summary>The same within a text that others wrote, such as the message of an exception.</summary>
    public static string AddressesIn(string text) => text.AsSpan().ContainsAny('@', '+') ? Addresses().Replace(text, match => Address(match.Value)) : text;

    [GeneratedRegex("""[^\s@<>"',;:()\[\]{}=|]+@[^\s@<>"',;:()\[\]{}=|]+|\+[0-9]{7,15}""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Addresses();

    private static string TopLevel(ReadOnlySpan<char> domain)
    {
        var dot = domain.LastIndexOf('.');
        return dot < 0 ? "" : domain[dot..].ToString();
    }
}
