using NotificationService.Channels;

namespace NotificationService.Providers.Http;

/// <summary>
/// A success that does not say in the vendor's own way that it took the message: a captive portal's page, a proxy's answer or half a body.
/// The request was sent, so the message may have gone out.
/// </summary>
internal static class UnclearSuccess
{
    public static ProviderResult.Ambiguous Of(HttpResponseMessage response) =>
        new("answer_broken", $"the request was answered with {(int)response.StatusCode}, but not as the vendor accepts a message");
}
