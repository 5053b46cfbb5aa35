using System.Net;

namespace NotificationService.Outbound;

/// <summary>
/// The addresses that are not the public internet, IPv4 hidden in IPv6 included: IANA's special-purpose registries, multicast,
/// and what clouds answer on (Microsoft's AntiSSRF names the same networks in its list recommendedV1).
/// </summary>
public static class PrivateAddresses
{
    private static readonly IPNetwork[] Networks =
    [
        .. ((string[])
        [
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32", // a cloud's own services on a public-looking address
            // IPv4 in IPv6, each of which some host or gateway takes for the IPv4 address within: compatible, translated, NAT64, Teredo (in 2001::/23), 6to4.
            "::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/23", "2002::/16",
            "100::/64", "100:0:0:1::/64", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20", "5f00::/16",
            "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        ]).Select(IPNetwork.Parse),
    ];

    public static bool Contains(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return Networks.Any(network => network.Contains(plain));
    }
}
