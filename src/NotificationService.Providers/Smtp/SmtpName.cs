using System.Net;
using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.Providers.Smtp;

/// <summary>
/// How this service names itself to mail servers (RFC 5321, 4.1.1.1): the name that the world knows it by. The machine's own name and its address
/// in an inner network are nobody's business.
/// </summary>
internal static class SmtpName
{
    /// <summary>Says nothing and is valid everywhere; what mail clients without a name say.</summary>
    private const string Nobody = "[127.0.0.1]";

    /// <param name="setting">As it was configured; null for the public address's host.</param>
    /// <exception cref="InvalidOperationException">The setting is no name.</exception>
    public static string Of(string? setting, PublicUrl publicUrl)
    {
        if (setting is { Length: > 0 })
            return IsName(setting) ? setting : throw new InvalidOperationException("Notification__Providers__SmtpName must be a host name in ASCII, such as mail.example.com");
        var host = publicUrl.Value?.IdnHost.Trim('[', ']') ?? "";
        if (!IPAddress.TryParse(host, out var address))
            return IsName(host) ? host : Nobody;
        return PrivateAddresses.Contains(address) ? Nobody : address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[IPv6:{address}]" : $"[{address}]";
    }

    /// <summary>Of two labels at least: one by itself means something only within a network.</summary>
    private static bool IsName(string text) =>
        text.Length <= 253 && text.Contains('.', StringComparison.Ordinal) && !text.Contains("..", StringComparison.Ordinal) && Uri.CheckHostName(text) == UriHostNameType.Dns && text.All(char.IsAscii);
}
