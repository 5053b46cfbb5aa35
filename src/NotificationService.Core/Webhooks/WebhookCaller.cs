using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using NotificationService.Credentials;
using NotificationService.Outbound;
using NotificationService.Storage;

namespace NotificationService.Webhooks;

/// <summary>
/// HTTP towards customers' endpoints. One call is one POST: no redirect, cookie, proxy, decompression or header that
/// nobody asked for, no retry, an absolute deadline, and only to addresses that are the public internet at that moment.
/// </summary>
public sealed class WebhookCaller(EndpointGuard guard, WebhookOptions options, TimeProvider time) : IDisposable
{
    /// <summary>So much of a response is read, that the connection may serve again; of a longer one the connection is closed.</summary>
    private const int MaxRead = 64 * 1024;

    private const int MaxKept = 16 * 1024;
    private const string DirectiveHeader = "webhook-delivery";

    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly string Agent = ProductAgent.Of("Webhooks");

    private readonly HttpMessageInvoker invoker = new(Handler(guard, options));

    /// <exception cref="OperationCanceledException">The token was cancelled; whether the endpoint has the message is unknown.</exception>
    public async Task<WebhookResponse> CallAsync(WebhookCall call, CancellationToken cancellationToken)
    {
        var exchange = new WebhookExchange(time.GetUtcNow(), TimeSpan.Zero, [], Status: null, ResponseHeaders: null, Body: null, WebhookDirective.None);
        var began = time.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, call.Url)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ReadOnlyMemoryContent(call.Body) { Headers = { ContentType = Json } },
        };
        if (!TryAddHeaders(request, call, exchange.StartedAt.ToUnixTimeSeconds()))
            return new WebhookResponse.Failed(exchange, WebhookFailure.Unusable);
        exchange = exchange with { RequestHeaders = Shown(request, call.Headers) };

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.CallTimeout);
        try
        {
            using var response = await invoker.SendAsync(request, limit.Token);
            var body = await ReadAsync(response, limit.Token);
            cancellationToken.ThrowIfCancellationRequested();
            return Judge(response, exchange with
            {
                Duration = time.GetElapsedTime(began),
                Status = (int)response.StatusCode,
                ResponseHeaders = Received(response),
                Body = body,
                Directive = Directive(response),
            });
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(limit.IsCancellationRequested ? WebhookFailure.TimedOut : WebhookFailure.ConnectTimedOut);
        }
        catch (HttpRequestException exception)
        {
            return Failed(exception.HttpRequestError switch
            {
                HttpRequestError.ConfigurationLimitExceeded => WebhookFailure.HeadersTooLarge,
                HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError => FailedConnection.CodeOf(exception),
                _ => WebhookFailure.ResponseBroken,
            });
        }
        catch (IOException)
        {
            return Failed(WebhookFailure.ResponseBroken);
        }

        WebhookResponse.Failed Failed(string reason) => new(exchange with { Duration = time.GetElapsedTime(began) }, reason);
    }

    public void Dispose() => invoker.Dispose();

    private static SocketsHttpHandler Handler(EndpointGuard guard, WebhookOptions options) => new()
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = (context, cancellationToken) => guard.ConnectAsync(context.DnsEndPoint, cancellationToken),
        ConnectTimeout = options.ConnectTimeout,
        MaxResponseDrainSize = 0,
        MaxResponseHeadersLength = 16,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = options.ConnectionLifetime, // a name that moves is followed, and looked at again
        ResponseDrainTimeout = TimeSpan.Zero,
        SslOptions = { CertificateChainPolicy = TrustedRoots.Policy(options.TrustedRoots) },
        UseCookies = false,
        UseProxy = false,
    };

    /// <summary>Never without validation: that would put a line break of the tenant's on the wire. What is stored was checked; false is for a row that somebody else wrote.</summary>
    private static bool TryAddHeaders(HttpRequestMessage request, WebhookCall call, long timestamp)
    {
        request.Headers.Add("User-Agent", Agent);
        if (call.Headers.All(header => !header.Name.Equals("Accept", StringComparison.OrdinalIgnoreCase)))
            request.Headers.Add("Accept", "*/*"); // the body of a response is only kept
        request.Headers.Add(WebhookSigner.IdHeader, call.MessageId);
        request.Headers.Add(WebhookSigner.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(WebhookSigner.SignatureHeader, WebhookSigner.Sign(call.MessageId, timestamp, call.Body.Span, call.Secrets));
        if (call.Headers.Any(header => HeaderRules.FaultOf(header) is not null))
            return false;
        foreach (var header in call.Headers)
            request.Headers.Add(header.Name, header.Value);
        return true;
    }

    private static List<WebhookHeader> Shown(HttpRequestMessage request, IReadOnlyList<WebhookHeader> own) =>
    [
        new("content-type", "application/json"),
        .. request.Headers.NonValidated
            .Where(header => own.All(mine => !mine.Name.Equals(header.Key, StringComparison.OrdinalIgnoreCase)))
            .Select(header => new WebhookHeader(header.Key.ToLowerInvariant(), header.Value.ToString())),
        .. own.Select(header => new WebhookHeader(header.Name, CredentialHint.Of(header.Value))),
    ];

    /// <summary>As many as <see cref="SocketsHttpHandler.MaxResponseHeadersLength"/> lets through.</summary>
    private static List<WebhookHeader> Received(HttpResponseMessage response) =>
    [
        .. response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated)
            .Select(header => new WebhookHeader(StorableText.Of(header.Key.ToLowerInvariant(), MaxKept), StorableText.Of(header.Value.ToString(), MaxKept))),
    ];

    private WebhookResponse Judge(HttpResponseMessage response, WebhookExchange exchange) => exchange.Status switch
    {
        >= 200 and < 300 => new WebhookResponse.Delivered(exchange),
        410 => new WebhookResponse.Gone(exchange),
        >= 300 and < 400 => new WebhookResponse.Failed(exchange, WebhookFailure.Redirected, Wait(response)),
        _ => new WebhookResponse.Failed(exchange, WebhookFailure.Status, Wait(response)),
    };

    private TimeSpan? Wait(HttpResponseMessage response) => RetryAfter.Of(response, time.GetUtcNow(), LongestWait);

    private static WebhookDirective Directive(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues(DirectiveHeader, out var values)
            ? values.ToString().Trim().ToLowerInvariant() switch
            {
                "disable" => WebhookDirective.Disable,
                "abort-message" => WebhookDirective.AbortMessage,
                _ => WebhookDirective.None,
            }
            : WebhookDirective.None;

    /// <summary>What comes within the bounds of size and time. The status has already said what matters, so that a body which breaks off changes nothing.</summary>
    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MaxRead);
        var length = 0;
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            int read;
            while (length < MaxRead && (read = await stream.ReadAsync(buffer.AsMemory(length, MaxRead - length), cancellationToken)) > 0)
                length += read;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            // As much as came.
        }

        var text = Encoding.UTF8.GetString(buffer, 0, Math.Min(length, MaxKept)).ReplaceLineEndings(" ").Replace('\t', ' ');
        ArrayPool<byte>.Shared.Return(buffer);
        return StorableText.Of(text, MaxKept);
    }
}
