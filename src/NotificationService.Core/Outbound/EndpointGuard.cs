using System.Net;
using System.Net.Sockets;

namespace NotificationService.Outbound;

/// <summary>
/// Keeps what a tenant configured from reaching into the network the service runs in. Looked at when a configuration is
/// saved, and again at the address that is actually connected to, because a name may resolve to something else by then.
/// </summary>
/// <param name="allowPrivate">Lets everything pass.</param>
/// <param name="lookup">Where names are looked up; the system's resolver by default.</param>
public sealed class EndpointGuard(bool allowPrivate, Func<string, CancellationToken, Task<IPAddress[]>>? lookup = null)
{
    public const string Refusal = "must not be or resolve to a private, loopback, link-local or metadata address";

    private static readonly TimeSpan LookupTimeout = TimeSpan.FromSeconds(3);

    private readonly Func<string, CancellationToken, Task<IPAddress[]>> lookup = lookup ?? NameLookups.OfProviders.FindAsync;

    /// <summary>One that allows the same and looks names up elsewhere, so that what hangs there holds up nobody here.</summary>
    public EndpointGuard With(NameLookups lookups) => new(allowPrivate, lookups.FindAsync);

    /// <summary>Whether private addresses may be called here, and with them plain http.</summary>
    public bool AllowsPrivate => allowPrivate;

    /// <summary>For literals and well-known names, without a lookup.</summary>
    public string? RefusalOfName(string host)
    {
        if (allowPrivate)
            return null;
        var name = host.TrimEnd('.').Trim('[', ']');
        if (IPAddress.TryParse(name, out var address))
            return PrivateAddresses.Contains(address) ? Refusal : null;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".internal", StringComparison.OrdinalIgnoreCase)
            ? Refusal
            : null;
    }

    /// <summary>At save: with a lookup. A name that does not resolve now is not refused; every connection is looked at again.</summary>
    public async Task<string?> RefusalAsync(string host, CancellationToken cancellationToken)
    {
        if (allowPrivate || RefusalOfName(host) is not null)
            return RefusalOfName(host);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LookupTimeout);
        try
        {
            var addresses = await lookup(host, patience.Token);
            return addresses.Any(PrivateAddresses.Contains) ? Refusal : null;
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            return null; // unknown, or too long for a name
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The addresses of a host, all of them allowed.</summary>
    /// <exception cref="EndpointForbiddenException">One of them is not: then none is used.</exception>
    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host.Trim('[', ']'), out var literal)
            ? [literal]
            : await lookup(host, cancellationToken);
        return allowPrivate || !addresses.Any(PrivateAddresses.Contains) ? addresses : throw new EndpointForbiddenException();
    }

    /// <summary>Connects only to an allowed address.</summary>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint endpoint, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(endpoint.Host, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, endpoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The address is one that tenants may not reach.</summary>
public sealed class EndpointForbiddenException : IOException
{
    public EndpointForbiddenException()
        : base($"the endpoint {EndpointGuard.Refusal}")
    {
    }
}
