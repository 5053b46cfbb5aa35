using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using NotificationService.Outbound;
using NotificationService.Tenants;

namespace NotificationService.Recipients.UserService;

/// <summary>Asks the user service once: no redirect, no proxy, no second try, an absolute deadline, and no more of an answer than a person can be.</summary>
public sealed class UserServiceClient(UserServiceOptions options, HttpMessageHandler handler, TimeProvider time) : IDisposable
{
    /// <summary>Says whose user it is.</summary>
    public const string TenantHeader = "X-Tenant-Id";

    private const int LargestAnswer = 64 * 1024;

    private readonly HttpMessageInvoker invoker = new(handler);
    private readonly string address = (options.BaseUrl?.AbsoluteUri ?? "").TrimEnd('/') + "/users/";

    public static SocketsHttpHandler Handler(UserServiceOptions options) => new()
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        ConnectTimeout = options.Timeout,
        MaxConnectionsPerServer = options.Concurrency,
        MaxResponseHeadersLength = 32,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromMinutes(3), // a service that moves its name elsewhere is followed
        UseCookies = false,
        UseProxy = false,
    };

    public async Task<ProfileAnswer> AskAsync(TenantId tenant, string userId, CancellationToken cancellationToken)
    {
        // A dot or two would be another address, however they are escaped.
        if (userId is "." or "..")
            return ProfileAnswer.Unknown.Instance;
        using var timeout = new CancellationTokenSource(options.Timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, address + Uri.EscapeDataString(userId));
        request.Headers.Add("User-Agent", ProductAgent.Value);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Add(TenantHeader, tenant.Value.ToString());
        if (options.Token is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var response = await invoker.SendAsync(request, limit.Token);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => Read(await BytesAsync(response, limit.Token), userId),
                HttpStatusCode.NotFound or HttpStatusCode.Gone => ProfileAnswer.Unknown.Instance,
                // It does not know us, or wants to be left alone: that is nobody's in particular.
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => ProfileAnswer.Unavailable.Down,
                HttpStatusCode.RequestTimeout or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => ProfileAnswer.Unavailable.Silent,
                >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => ProfileAnswer.Unavailable.Refused,
                _ => ProfileAnswer.Unavailable.Failed,
            };
        }
        catch (HttpRequestException exception)
        {
            return exception.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError => ProfileAnswer.Unavailable.Down,
                HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => ProfileAnswer.Unavailable.Failed,
                _ => ProfileAnswer.Unavailable.Silent,
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ProfileAnswer.Unavailable.Silent;
        }
        catch (IOException)
        {
            return ProfileAnswer.Unavailable.Silent;
        }
    }

    public void Dispose() => invoker.Dispose();

    private static async Task<byte[]?> BytesAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > LargestAnswer)
            return null;
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[LargestAnswer + 1];
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return read > LargestAnswer ? null : buffer[..read];
    }

    /// <summary>Fields that are not what they should be count as left out; an answer that is no object, or about somebody else, as none.</summary>
    private static ProfileAnswer Read(byte[]? utf8, string userId)
    {
        if (utf8 is null)
            return ProfileAnswer.Unavailable.Failed;
        try
        {
            using var json = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 32 });
            if (json.RootElement.ValueKind != JsonValueKind.Object || (Text(json.RootElement, "userId") is { } other && other != userId))
                return ProfileAnswer.Unavailable.Failed;
            var user = json.RootElement;
            return new ProfileAnswer.Known(new RecipientProfile(
                Text(user, "name"), Text(user, "email"), Text(user, "phone"), Text(user, "whatsapp"), Texts(user, "deviceTokens"), Text(user, "locale"), Text(user, "timezone")));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return ProfileAnswer.Unavailable.Failed;
        }
    }

    private static string? Text(JsonElement user, string name) =>
        user.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static IReadOnlyList<string>? Texts(JsonElement user, string name) =>
        user.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString() ?? "")]
            : null;
}
