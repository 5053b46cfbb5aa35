using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.Providers;

/// <summary>Why nothing could be handed over, in words that an admin can act on. None of it is the message's fault.</summary>
internal static class ConnectFailure
{
    public static ProviderResult.Deferred Of(Exception exception)
    {
        var code = FailedConnection.CodeOf(exception);
        return new ProviderResult.Deferred(code, code switch
        {
            FailedConnection.Forbidden => $"the endpoint {EndpointGuard.Refusal}",
            FailedConnection.NotResolved => "the provider's name could not be resolved",
            FailedConnection.NotTrusted => "no trusted TLS connection to the provider could be made",
            _ => "the connection to the provider failed before the message was handed over",
        });
    }
}
