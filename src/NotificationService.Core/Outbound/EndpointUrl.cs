using System.Globalization;
using System.Net;
using System.Text;

namespace NotificationService.Outbound;

/// <summary>
/// Reads an address that a tenant wants us to call. What is kept is what will be called: numbers written in another way,
/// full-width digits and names in other scripts come back in their one plain form, for the tenant to see.
/// </summary>
public static class EndpointUrl
{
    public const int Longest = 2048;

    private const int FirstUserPort = 1024;
    private const int FullWidth = 0xFEE0;

    /// <summary>Below 1024 only what the web uses; above it not what databases, queues, caches and remote control listen on.</summary>
    private static readonly int[] LowPorts = [80, 443];

    private static readonly HashSet<int> ForbiddenPorts =
    [
        1433, 1434, 1521, 1719, 1720, 1723, 1883, 2049, 2181, 2375, 2376, 2377, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 4369, 5060, 5061,
        5432, 5433, 5671, 5672, 5900, 5901, 5984, 5985, 5986, 6000, 6379, 6380, 6443, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
        7001, 7687, 8086, 8500, 8501, 8883, 9000, 9042, 9092, 9093, 9100, 9160, 9200, 9300, 10080, 10250, 10255, 11211, 15672, 26257, 26379,
        27017, 27018, 27019, 28015,
    ];

    /// <summary>With a lookup of the name. One that does not resolve now is not refused; every connection is looked at again.</summary>
    public static async Task<EndpointAddress> ReadAsync(string text, EndpointGuard guard, CancellationToken cancellationToken)
    {
        var faults = new List<UrlFault>();
        var url = Read(text, guard.AllowsPrivate, faults);
        if (url is not null && await guard.RefusalAsync(Host(url), cancellationToken) is { } refusal)
            faults.Add(new UrlFault("url_address_forbidden", $"The address {refusal}."));
        return url is not null && faults.Count == 0 ? new EndpointAddress.Usable(url) : new EndpointAddress.Refused(faults);
    }

    /// <summary>The address as it would be called, and everything that is wrong with it; null where it is not even an address.</summary>
    private static Uri? Read(string text, bool allowPlain, List<UrlFault> faults)
    {
        if (text.Length > Longest)
            return Refuse(faults, "url_too_long", $"The address takes at most {Longest} characters.");
        if (text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '\\' or '\u2028' or '\u2029') || text.Contains("%00", StringComparison.Ordinal))
            return Refuse(faults, "url_invalid", "The address has no blanks, line breaks, control characters and backslashes; encode what belongs to it.");
        // Not left to Uri, for which "//host/x" is a file, which does not say what of an address it could not read, and whose
        // reading of other scripts depends on whether the machine has Unicode's tables.
        var scheme = text.IndexOf("://", StringComparison.Ordinal) is > 0 and var colon ? text[..colon].ToLowerInvariant() : "";
        if (scheme is not "https" && !(allowPlain && scheme is "http"))
            faults.Add(new UrlFault("url_scheme", allowPlain ? "The address begins with https:// or http://." : "The address begins with https://."));
        if (scheme is not ("http" or "https"))
            return null;

        var authority = text[(scheme.Length + 3)..];
        authority = authority[..(authority.IndexOfAny(['/', '?', '#']) is >= 0 and var end ? end : authority.Length)];
        if (authority.Contains('@', StringComparison.Ordinal))
            faults.Add(new UrlFault("url_credentials", "The address has no user name or password; send credentials in a header."));
        if (text.Contains('#', StringComparison.Ordinal))
            faults.Add(new UrlFault("url_fragment", "The address has no fragment (#…); it would not be sent."));
        var host = PlainHost(authority[(authority.LastIndexOf('@') + 1)..]);
        if (Port(host, scheme) is not { } port || !host.EnumerateRunes().All(MayBeInName))
            return Refuse(faults, "url_invalid", "The address's host and port cannot be read.");
        if (!IsAllowed(port))
            faults.Add(new UrlFault("url_port", "The address's port is 443, 80 or one from 1024 to 65535 on which no database, queue or remote control is usually found."));
        return port > ushort.MaxValue || !TryNormalise($"{scheme}://{host}{text[(scheme.Length + 3 + authority.Length)..]}", out var url)
            ? Refuse(faults, "url_invalid", "The address is not one that can be called.", only: true)
            : url;
    }

    private static bool TryNormalise(string text, out Uri? url)
    {
        url = null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var read) || AddressName.Of(read) is null || read.HostNameType == UriHostNameType.Basic)
            return false;
        var host = Host(read);
        if (read.HostNameType == UriHostNameType.Dns && !IsName(host))
            return false;
        var builder = new UriBuilder(read.Scheme, host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host, read.IsDefaultPort ? -1 : read.Port)
        {
            Path = read.AbsolutePath,
            Query = read.Query,
        };
        // Its own reading once more: what is kept must mean the same the next time it is read. A faulty address is refused anyway.
        return Uri.TryCreate(builder.Uri.AbsoluteUri, UriKind.Absolute, out url) && url.AbsoluteUri.Length <= Longest && Host(url) == host;
    }

    /// <summary>The name that is looked up: in ASCII, without the dot at the end that makes it absolute, an IPv6 address without brackets.</summary>
    private static string Host(Uri url) => (AddressName.Of(url) ?? "").TrimEnd('.').Trim('[', ']').ToLowerInvariant();

    /// <summary>Letters, digits, hyphens and underscores between dots, as names are in DNS.</summary>
    private static bool IsName(string host) => IPAddress.TryParse(host, out _)
        || (host.Length <= 253 && host.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')));

    /// <summary>Digits, letters and dots in another shape are the digits, letters and dots that they show; a zone has no meaning but here.</summary>
    private static string PlainHost(string host)
    {
        var plain = new StringBuilder(host.Length);
        foreach (var rune in host.EnumerateRunes())
        {
            if (rune.IsAscii)
                plain.Append((char)rune.Value);
            else if (Rune.GetNumericValue(rune) is >= 0 and <= 9 and var digit && digit == Math.Floor(digit) && !Rune.IsLetter(rune))
                plain.Append((int)digit);
            else if (rune.Value is 0x3002 or 0xFF0E or 0xFF61)
                plain.Append('.');
            else
                plain.Append(IsWideLetter(rune.Value - FullWidth) ? ((char)(rune.Value - FullWidth)).ToString() : rune.ToString());
        }

        var text = plain.ToString().ToLowerInvariant();
        return text.StartsWith('[') && text.IndexOf('%') is > 0 and var zone && text.IndexOf(']') is var end && end > zone ? text.Remove(zone, end - zone) : text;
    }

    /// <summary>Of other scripts letters and what belongs to letters; no signs that look like a slash or a dot.</summary>
    private static bool MayBeInName(Rune rune) => rune.IsAscii || Rune.IsLetterOrDigit(rune)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    /// <summary>Not signs: a full-width slash is no slash.</summary>
    private static bool IsWideLetter(int value) => value is '-' or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z');

    private static int? Port(string hostAndPort, string scheme)
    {
        var afterHost = hostAndPort.LastIndexOf(']') is >= 0 and var bracket ? hostAndPort[(bracket + 1)..] : hostAndPort;
        if (hostAndPort.StartsWith('[') && afterHost == hostAndPort)
            return null;
        if (afterHost.LastIndexOf(':') is not (>= 0 and var colon) || colon == afterHost.Length - 1)
            return scheme == "https" ? 443 : 80;
        var digits = afterHost[(colon + 1)..];
        return digits.All(char.IsAsciiDigit) ? int.Parse(digits.Length > 6 ? "999999" : digits, CultureInfo.InvariantCulture) : null;
    }

    private static bool IsAllowed(int port) =>
        LowPorts.Contains(port) || (port is >= FirstUserPort and <= ushort.MaxValue && !ForbiddenPorts.Contains(port));

    private static Uri? Refuse(List<UrlFault> faults, string code, string message, bool only = false)
    {
        if (!only || faults.Count == 0)
            faults.Add(new UrlFault(code, message));
        return null;
    }
}

/// <summary>What came of reading an address.</summary>
public abstract record EndpointAddress
{
    private EndpointAddress()
    {
    }

    /// <param name="Url">As it is called, in its plain form.</param>
    public sealed record Usable(Uri Url) : EndpointAddress;

    public sealed record Refused(IReadOnlyList<UrlFault> Faults) : EndpointAddress;
}

/// <param name="Code">A stable word, such as <c>url_address_forbidden</c>.</param>
/// <param name="Message">What is wrong and what is allowed.</param>
public sealed record UrlFault(string Code, string Message);
