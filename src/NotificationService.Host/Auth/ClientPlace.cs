using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>From where a person signs in, coarse enough to stay the same from day to day: the network (/24, IPv6 /48), and which browser on which system.</summary>
/// <param name="Network">Such as <c>192.0.2.0/24</c>.</param>
/// <param name="Agent">Such as <c>Firefox on Linux</c>.</param>
/// <param name="Locale">The language that is asked for.</param>
public sealed record ClientPlace(string Network, string Agent, string? Locale)
{
    private const string Unknown = "an unknown program";

    /// <summary>What a browser calls itself, and what it is; several call themselves like others as well, so the order counts.</summary>
    private static readonly (string Mark, string Name)[] Browsers =
    [
        ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"),
        ("Safari/", "Safari"), ("curl/", "curl"), ("PostmanRuntime/", "Postman"),
    ];

    private static readonly (string Mark, string Name)[] Systems =
        [("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Mac OS X", "macOS"), ("Linux", "Linux")];

    /// <summary>The same as a list of sessions shows it.</summary>
    public required SignInDevice Device { get; init; }

    public byte[] Hash => SHA256.HashData(Encoding.UTF8.GetBytes($"{Network} {Agent}"));

    public static ClientPlace Of(HttpContext context, string? locale) => Of(context.Connection.RemoteIpAddress, context.Request.Headers.UserAgent, locale) with { Device = context.Device() };

    public static ClientPlace Of(IPAddress? address, string? userAgent, string? locale) => new(NetworkOf(address), AgentOf(userAgent ?? ""), locale) { Device = SignInDevices.At(address) };

    private static string NetworkOf(IPAddress? address)
    {
        if (address is null)
            return "an unknown network";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var (bytes, kept) = (address.GetAddressBytes(), address.AddressFamily == AddressFamily.InterNetwork ? 3 : 6);
        Array.Clear(bytes, kept, bytes.Length - kept);
        return $"{new IPAddress(bytes)}/{kept * 8}";
    }

    private static string AgentOf(string userAgent)
    {
        var (browser, system) = (Find(Browsers, userAgent), Find(Systems, userAgent));
        return (browser, system) switch
        {
            (null, null) => Unknown,
            (null, _) => $"{Unknown} on {system}",
            (_, null) => browser,
            _ => $"{browser} on {system}",
        };
    }

    private static string? Find((string Mark, string Name)[] names, string userAgent) =>
        Array.Find(names, name => userAgent.Contains(name.Mark, StringComparison.Ordinal)).Name;
}
