using Microsoft.IdentityModel.Protocols;
using NotificationService.Outbound;

namespace NotificationService.Host.Auth.Outside;

/// <summary>Fetches what issuers publish: by https unless private endpoints are allowed, without redirects, within a time and a size.</summary>
public sealed class IssuerDocuments : IDocumentRetriever, IDisposable
{
    /// <summary>Real ones have a few KiB.</summary>
    private const int Largest = 512 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly bool mayBePlain;
    private readonly HttpClient client;

    public IssuerDocuments(EndpointGuard guard)
    {
        mayBePlain = guard.AllowsPrivate;
#pragma warning disable CA2000 // the client disposes of it
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(3), PooledConnectionLifetime = TimeSpan.FromMinutes(2), MaxResponseHeadersLength = 32 };
#pragma warning restore CA2000
        client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = Largest, DefaultRequestHeaders = { { "User-Agent", ProductAgent.Value } } };
    }

    public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || !(url.Scheme == Uri.UriSchemeHttps || (mayBePlain && url.Scheme == Uri.UriSchemeHttp)))
            throw new HttpRequestException("an issuer's documents are read by https");
        return await client.GetStringAsync(url, cancel);
    }

    public void Dispose() => client.Dispose();
}
