using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace NotificationService.Providers.Twilio;

/// <summary>
/// Twilio's signature of a request: HMAC-SHA1 by the auth token over the address it called and the form's fields in the
/// order of their names. The address is the one that the world knows, which behind a proxy is not the one that was called.
/// </summary>
internal static class TwilioSignature
{
    public static bool IsValid(string authToken, Uri publicUrl, IReadOnlyList<KeyValuePair<string, string>> form, string signature)
    {
        Span<byte> given = stackalloc byte[HMACSHA1.HashSizeInBytes];
        if (authToken.Length == 0 || !Convert.TryFromBase64String(signature, given, out var length) || length != given.Length)
            return false;
        var fields = Fields(form);
        var valid = false;
        foreach (var address in Addresses(publicUrl))
            valid |= CryptographicOperations.FixedTimeEquals(Hash(authToken, address + fields), given); // all of them, whichever fits
        return valid;
    }

    /// <summary>Which of them Twilio signs depends on how its console was given the address.</summary>
    private static List<string> Addresses(Uri url)
    {
        var text = url.OriginalString;
        var host = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = text.AsSpan(host).IndexOfAny('/', '?', '#') is >= 0 and var found ? host + found : text.Length;
        var authority = text[host..end];
        var port = authority.LastIndexOf(':') is > 0 and var colon && colon > authority.LastIndexOf(']') ? authority[..colon] : authority;
        List<string> addresses = [$"{text[..host]}{port}{text[end..]}", $"{text[..host]}{port}:{url.Port}{text[end..]}"];
        // What we hand out has its host in lower case, however the setting was written.
        addresses.AddRange(addresses.Select(address => address[..host].ToLowerInvariant() + url.Host + address[(host + port.Length)..]).ToList());
        return addresses;
    }

    private static string Fields(IReadOnlyList<KeyValuePair<string, string>> form)
    {
        var text = new StringBuilder();
        foreach (var field in form.Distinct().OrderBy(field => field.Key, StringComparer.Ordinal).ThenBy(field => field.Value, StringComparer.Ordinal))
            text.Append(field.Key).Append(field.Value);
        return text.ToString();
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio signs so; an HMAC does not need what SHA-1 lost.")]
    private static byte[] Hash(string authToken, string text) => HMACSHA1.HashData(Encoding.UTF8.GetBytes(authToken), Encoding.UTF8.GetBytes(text));
}
