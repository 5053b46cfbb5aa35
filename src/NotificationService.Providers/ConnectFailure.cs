using System.Net.Sockets;
using System.Security.Authentication;
using NotificationService.Channels;

namespace NotificationService.Providers;

/// <summary>Why nothing could be handed over, in words that an admin can act on. None of it is the message's fault.</summary>
internal static class ConnectFailure
{
    public static ProviderResult.Deferred Of(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case EndpointForbiddenException forbidden:
                    return new ProviderResult.Deferred("endpoint_forbidden", forbidden.Message);
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }:
                    return new ProviderResult.Deferred("dns_failed", "the provider's name could not be resolved");
                case AuthenticationException or HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }:
                    return new ProviderResult.Deferred("tls_failed", "no trusted TLS connection to the provider could be made");
            }
        }

        return new ProviderResult.Deferred("connect_failed", "the connection to the provider failed before the message was handed over");
    }
}
