using System.Net.Mail;
using System.Net.Sockets;
using System.Security.Authentication;
using NotificationService.Channels;

namespace NotificationService.Providers.Smtp;

/// <summary>What a failed conversation with an SMTP server means for a message.</summary>
internal static class SmtpErrors
{
    /// <param name="exception">What ended the conversation.</param>
    /// <param name="dataBegan">Whether the server had begun to take the message itself.</param>
    public static ProviderResult Of(Exception exception, bool dataBegan)
    {
        var status = exception is SmtpException smtp ? (int)smtp.StatusCode : 0;
        return status switch
        {
            // 530, 534, 535, 538: who we are; the message is not to blame.
            530 or 534 or 535 or 538 or 454 => new ProviderResult.Deferred("credentials_refused", $"the SMTP server refused the sign-in with {status}"),
            >= 400 and < 500 => new ProviderResult.Deferred($"smtp_{status}", $"the SMTP server answered {status}"),
            >= 500 and < 600 => new ProviderResult.Rejected($"smtp_{status}", $"the SMTP server refused the message with {status}"),
            _ when dataBegan => new ProviderResult.Ambiguous("answer_broken", "the message was being handed over when the connection broke"),
            _ => NotHandedOver(exception),
        };
    }

    private static ProviderResult.Deferred NotHandedOver(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case EndpointForbiddenException forbidden:
                    return new ProviderResult.Deferred("endpoint_forbidden", forbidden.Message);
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }:
                    return new ProviderResult.Deferred("dns_failed", "the SMTP server's name could not be resolved");
                case AuthenticationException:
                    return new ProviderResult.Deferred("tls_failed", "no trusted TLS connection to the SMTP server could be made");
            }
        }

        return new ProviderResult.Deferred("connect_failed", "the connection to the SMTP server failed before the message was handed over");
    }
}
