using System.Net;
using System.Net.Sockets;

namespace NotificationService.Host.Configuration;

/// <summary>Looks whether the addresses to listen on are free before anything is started for them.</summary>
public static class ListenAddresses
{
    public const string Default = "http://localhost:8080";

    public static void EnsureFree(string addresses)
    {
        foreach (var address in addresses.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parsed = Parse(address);
            if (parsed.Port != 0 && !parsed.IsUnixPipe)
                EnsureFree(address, parsed);
        }
    }

    internal static BindingAddress Parse(string address)
    {
        try
        {
            return BindingAddress.Parse(address);
        }
        catch (FormatException exception)
        {
            throw new StartupException($"ASPNETCORE_URLS names '{address}', which is no address such as {Default}", exception);
        }
    }

    private static void EnsureFree(string address, BindingAddress parsed)
    {
        var host = IPAddress.TryParse(parsed.Host, out var ip) ? ip
            : parsed.Host == "localhost" ? IPAddress.Loopback : IPAddress.Any;
        using var socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(host, parsed.Port));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new StartupException($"{address} is taken by another program: stop it, or choose another address with ASPNETCORE_URLS", exception);
        }
        catch (SocketException exception)
        {
            throw new StartupException($"cannot listen on {address}: {exception.Message}", exception);
        }
    }
}
