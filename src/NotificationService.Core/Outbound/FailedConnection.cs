using System.Net.Sockets;
using System.Security.Authentication;

namespace NotificationService.Outbound;

/// <summary>Why no connection could be made, as a stable word.</summary>
public static class FailedConnection
{
    public const string Forbidden = "endpoint_forbidden";
    public const string NotResolved = "dns_failed";
    public const string NotTrusted = "tls_failed";
    public const string NotMade = "connect_failed";

    public static string CodeOf(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case EndpointForbiddenException:
                    return Forbidden;
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }:
                    return NotResolved;
                case AuthenticationException or HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }:
                    return NotTrusted;
            }
        }

        return NotMade;
    }
}
