using System.Net;
using NotificationService.Host.Auth;
using NotificationService.Host.Configuration;

namespace NotificationService.Host.Http;

/// <summary>
/// <c>Notification:TrustedProxies</c>: the networks whose word on where a request came from is believed. Default none: then a caller's address is that
/// of its connection, whatever headers it writes.
/// </summary>
public sealed class TrustedProxies
{
    public const string Setting = "Notification:TrustedProxies";

    /// <summary>The framework's own switch, which believes everybody.</summary>
    private const string BelieveEverybody = "ForwardedHeaders_Enabled";

    private readonly IReadOnlyList<IPNetwork> networks;

    private TrustedProxies(IReadOnlyList<IPNetwork> networks) => this.networks = networks;

    public bool Any => networks.Count > 0;

    /// <exception cref="StartupException">Something listed is no network, or everybody would be believed.</exception>
    public static TrustedProxies Read(IConfiguration configuration) =>
        "true".Equals(configuration[BelieveEverybody], StringComparison.OrdinalIgnoreCase)
            ? throw new StartupException("ASPNETCORE_FORWARDEDHEADERS_ENABLED would let every caller choose its address: name the proxies in Notification__TrustedProxies instead")
            : Parse(configuration[Setting]);

    /// <exception cref="StartupException">Something listed is no network.</exception>
    public static TrustedProxies Parse(string? text) => new(
        [.. (text ?? "").Split([',', ' '], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Network)]);

    public bool Contain(IPAddress? address) => address is not null && AllowedNetworks.Contain(networks, address);

    /// <summary>A mapped network means the IPv4 one inside it, as a mapped address does.</summary>
    private static IPNetwork Network(string text)
    {
        if (!AllowedNetworks.TryParse(text, out var network))
            throw new StartupException($"Notification__TrustedProxies names '{text}', which is no address and no network such as 10.0.0.0/8");
        return network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= 96
            ? new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - 96)
            : network;
    }
}
