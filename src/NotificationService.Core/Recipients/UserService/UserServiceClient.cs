using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using NotificationService.Outbound;
using NotificationService.Tenants;

namespace NotificationService.Recipients.UserService;

/// <summary>Asks the user service once: no redirect, no proxy, no second try, an absolute deadline, and no more of a response than a person can be.</summary>
public sealed class UserServiceClient(UserServiceOptions options, HttpMessageHandler handler, TimeProvider time) : IDisposable
{
    /// <summary>Says whose user it is.</summary>
    public const string TenantHeader = "X-Tenant-Id";

    private const int LargestResponse = 64 * 1024;

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

    public async Task<ProfileResponse> AskAsync(TenantId tenant, string userId, CancellationToken cancellationToken)
    {
        // A dot or two would be another address, however they are escaped.
        if (userId is "." or "..")
            return ProfileResponse.Unknown.Instance;
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
                HttpStatusCode.NotFound or HttpStatusCode.Gone => ProfileResponse.Unknown.Instance,
                // It does not know us, or wants to be left alone: that is nobody's in particular.
                HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => ProfileResponse.Unavailable.Down,
                HttpStatusCode.RequestTimeout or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => ProfileResponse.Unavailable.Silent,
                >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => ProfileResponse.Unavailable.Refused,
                _ => ProfileResponse.Unavailable.Failed,
            };
        }
        catch (HttpRequestException exception)
        {
            return exception.HttpRequestError switch
            {
                HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError => ProfileResponse.Unavailable.Down,
                HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded => ProfileResponse.Unavailable.Failed,
                _ => ProfileResponse.Unavailable.Silent,
            };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ProfileResponse.Unavailable.Silent;
        }
        catch (IOException)
        {
            return ProfileResponse.Unavailable.Silent;
        }
    }

    public void Dispose() => invoker.Dispose();

    private static async Task<byte[]?> BytesAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > LargestResponse)
            return null;
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[LargestResponse + 1];
        var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return read > LargestResponse ? null : buffer[..read];
    }

    /// <summary>Fields that are not what they should be count as left out; a response that is no object, or about somebody else, as none.</summary>
    private static ProfileResponse Read(byte[]? utf8, string userId)
    {
        if (utf8 is null)
            return ProfileResponse.Unavailable.Failed;
        try
        {
            using var json = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 32 });
            if (json.RootElement.ValueKind != JsonValueKind.Object || (Text(json.RootElement, "userId") is { } other && other != userId))
                return ProfileResponse.Unavailable.Failed;
            var user = json.RootElement;
            return new ProfileResponse.Known(RecipientFields.Read(
                field => field.IsCompleted ? Text(user, field.Name) : null,
                field => field.IsCompleted ? Texts(user, field.Name) : null));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return ProfileResponse.Unavailable.Failed;
        }
    }

    private static string? Text(JsonElement user, string name) =>
        user.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static IReadOnlyList<string>? Texts(JsonElement user, string name) =>
        user.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString() ?? "")]
            : null;
}
