using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.Providers.Http;

/// <summary>
/// HTTP towards one vendor for one configured provider. One call is one request: no redirect, cookie, proxy or header
/// that nobody asked for, no retry, an absolute deadline, and an honest word on whether the message may have gone out.
/// </summary>
internal sealed class ProviderHttp(EndpointGuard guard, ProviderOptions options) : IDisposable
{
    // An HttpMessageInvoker is an HttpClient without the second deadline and the default headers, which nothing here needs.
    private readonly HttpMessageInvoker invoker = new(Handler(guard, options));

    /// <summary>How everything here connects: to allowed addresses only, and to those that were named.</summary>
    public static SocketsHttpHandler Handler(EndpointGuard guard, ProviderOptions options) => new()
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        ConnectCallback = (context, cancellationToken) => guard.ConnectAsync(context.DnsEndPoint, cancellationToken),
        ConnectTimeout = options.ConnectTimeout,
        EnableMultipleHttp2Connections = true, // a vendor allows a hundred calls or so at once over one
        KeepAlivePingDelay = TimeSpan.FromSeconds(15),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        MaxConnectionsPerServer = options.MaxConnectionsPerServer,
        MaxResponseDrainSize = 64 * 1024,
        MaxResponseHeadersLength = 32,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromMinutes(3), // a vendor that moves its name elsewhere is followed
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        SslOptions = { CertificateChainPolicy = TrustedRoots.Policy(options.TrustedRoots) },
        UseCookies = false,
        UseProxy = false,
    };

    /// <param name="request">The request, with <paramref name="body"/> as its content.</param>
    /// <param name="body">What goes out; given back here.</param>
    /// <param name="deadline">For connecting, sending and all that is read of the response.</param>
    /// <param name="read">Makes a result of the response. Once there is a status it decides; a body that breaks off does not matter.</param>
    /// <param name="cancellationToken">Ends the call early; once it has begun its outcome is ambiguous.</param>
    public async Task<ProviderResult> SendAsync(
        HttpRequestMessage request, ReadyBody body, TimeSpan deadline,
        Func<HttpResponseMessage, CancellationToken, ValueTask<ProviderResult>> read, CancellationToken cancellationToken)
    {
        Introduce(request);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline);
        try
        {
            using var response = await invoker.SendAsync(request, limit.Token);
            var result = await read(response, limit.Token);
            body.Release();
            return result;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && !body.Started)
        {
            throw; // nothing was written
        }
        catch (OperationCanceledException)
        {
            return body.Started
                ? new ProviderResult.Ambiguous(cancellationToken.IsCancellationRequested ? "interrupted" : "timeout", "the request was sent and no answer came in time")
                : new ProviderResult.Deferred("connect_timeout", "no connection to the provider could be made in time");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return body.Started
                ? new ProviderResult.Ambiguous("answer_broken", "the request was sent and the connection broke, or the answer was no HTTP")
                : ConnectFailure.Of(exception);
        }
    }

    /// <summary>Asks without sending anything; for a configuration's test.</summary>
    public async Task<ProviderTestResult> TestAsync(
        HttpRequestMessage request, Func<HttpResponseMessage, CancellationToken, ValueTask<ProviderTestResult>> read, CancellationToken cancellationToken)
    {
        Introduce(request);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.ConnectTimeout * 2);
        try
        {
            using var response = await invoker.SendAsync(request, limit.Token);
            return await read(response, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ProviderTestResult(false, "the provider did not answer in time");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new ProviderTestResult(false, ConnectFailure.Of(exception).Message);
        }
    }

    public void Dispose() => invoker.Dispose();

    /// <summary>Who asks, and what it reads: vendors ask for both, and the gateways before some turn away a request without.</summary>
    private static void Introduce(HttpRequestMessage request)
    {
        request.Headers.TryAddWithoutValidation("User-Agent", ProductAgent.Value);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
    }
}
