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
    private static readonly WebhookHeader ContentType = new("content-type", "application/json");
    private static readonly WebhookHeader UserAgent = new("user-agent", ProductAgent.Of("Webhooks"));

    /// <summary>The body of a response is only kept.</summary>
    private static readonly WebhookHeader Accept = new("accept", "*/*");

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
        if (!TryAddHeaders(request, call, exchange.StartedAt.ToUnixTimeSeconds(), out var shown))
            return new WebhookResponse.Failed(exchange, WebhookFailure.Unusable);
        exchange = exchange with { RequestHeaders = shown };

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

    /// <summary>
    /// The tenant's never without validation: that would put a line break of the tenant's on the wire. What is stored was checked; false is for a row that somebody
    /// else wrote. What is written here needs none.
    /// </summary>
    /// <param name="request">Without headers.</param>
    /// <param name="call">What is sent.</param>
    /// <param name="timestamp">Of this attempt.</param>
    /// <param name="shown">As they are sent, the tenant's own masked.</param>
    private static bool TryAddHeaders(HttpRequestMessage request, WebhookCall call, long timestamp, out List<WebhookHeader> shown)
    {
        shown = new List<WebhookHeader>(6 + call.Headers.Count) { ContentType };
        Add(UserAgent, shown);
        if (!call.Headers.Any(header => header.Name.Equals(Accept.Name, StringComparison.OrdinalIgnoreCase)))
            Add(Accept, shown);
        Add(new(WebhookSigner.IdHeader, call.MessageId), shown);
        Add(new(WebhookSigner.TimestampHeader, timestamp.ToString(CultureInfo.InvariantCulture)), shown);
        Add(new(WebhookSigner.SignatureHeader, WebhookSigner.Sign(call.MessageId, timestamp, call.Body.Span, call.Secrets)), shown);
        if (call.Headers.Any(header => HeaderRules.FaultOf(header) is not null))
            return false;
        foreach (var header in call.Headers)
        {
            request.Headers.Add(header.Name, header.Value);
            shown.Add(new(header.Name, CredentialHint.Of(header.Value)));
        }

        return true;

        void Add(WebhookHeader header, List<WebhookHeader> added)
        {
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
            added.Add(header);
        }
    }

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
