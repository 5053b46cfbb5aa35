using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace NotificationService.Testing;

/// <summary>One caller of the service's API in tests: where it calls and by which token, if it has one. Its calls are named after the resources.</summary>
public sealed class ApiClient(HttpClient http, string? token = null)
{
    public const string Notifications = "/api/v1/services/notifications";
    public const string Admin = "/api/v1/admin";

    public HttpClient Http => http;

    public string? Token => token;

    /// <summary>Somebody else at the same process; null: nobody in particular.</summary>
    public ApiClient As(string? otherToken) => new(http, otherToken);

    /// <summary>The same caller at another process.</summary>
    public ApiClient At(HttpClient other) => new(other, token);

    /// <summary>A person of a tenant.</summary>
    public async Task<ApiClient> LoginAsync(string email, string password) =>
        As((await ReadAsync(HttpMethod.Post, "/api/v1/auth/login", new { email, password })).GetProperty("accessToken").GetString());

    public Task<ApiClient> DemoAdminAsync() => LoginAsync("admin@demo.test", "Demo-admin-1!");

    /// <summary>A service account.</summary>
    public async Task<ApiClient> AccountAsync(string clientId, string clientSecret)
    {
        using var form = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", clientId), new("client_secret", clientSecret)]);
        return As((await ReadAsync(HttpMethod.Post, "/oauth/token", form)).GetProperty("access_token").GetString());
    }

    public Task<ApiClient> DemoServiceAsync() => AccountAsync("demo-service", "demo-service-secret");

    /// <summary>The admin of a new tenant, which has neither providers nor templates.</summary>
    public async Task<ApiClient> RegisterTenantAsync(string email, string tenantName = "Example Ltd", string password = "correct horse battery 1!") =>
        As((await ReadAsync(HttpMethod.Post, "/api/v1/auth/register-tenant", new { tenantName, starter = false, admin = new { email, password, name = "Ann" } }, HttpStatusCode.Created))
            .GetProperty("accessToken").GetString());

    /// <summary>Accepted, or a dry run.</summary>
    public Task<HttpResponseMessage> SendNotificationAsync(object body, string? key = null, bool dryRun = false) =>
        SendAsync(HttpMethod.Post, $"{Notifications}/send{(dryRun ? "?dryRun=true" : "")}", body, key);

    public Task<JsonElement> NotificationAsync(Guid id) => GetAsync($"{Notifications}/{id}");

    public Task<JsonElement> TimelineAsync(Guid id) => GetAsync($"{Notifications}/{id}/timeline");

    public async Task<JsonElement> CreateProviderAsync(object provider) => await ReadAsync(HttpMethod.Post, $"{Admin}/providers", provider, HttpStatusCode.Created);

    public async Task<JsonElement> CreateWebhookEndpointAsync(object endpoint) => await ReadAsync(HttpMethod.Post, $"{Admin}/webhook-endpoints", endpoint, HttpStatusCode.Created);

    public async Task<JsonElement> CreateEventRuleAsync(object rule) => await ReadAsync(HttpMethod.Post, $"{Admin}/event-rules", rule, HttpStatusCode.Created);

    /// <summary>Creates a template and publishes its first version.</summary>
    public async Task PublishTemplateAsync(string key, object template)
    {
        await ReadAsync(HttpMethod.Post, $"{Admin}/templates", template, HttpStatusCode.Created);
        await ReadAsync(HttpMethod.Post, $"{Admin}/templates/{key}/publish", new { version = 1 });
    }

    /// <summary>What stands there.</summary>
    public Task<JsonElement> GetAsync(string path) => ReadAsync(HttpMethod.Get, path);

    /// <summary>The body of a response with the status that is expected.</summary>
    public async Task<JsonElement> ReadAsync(HttpMethod method, string path, object? body = null, HttpStatusCode expected = HttpStatusCode.OK, string? key = null)
    {
        using var response = await SendAsync(method, path, body, key);
        var text = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != expected)
            throw new InvalidOperationException($"{method} {path} answered {(int)response.StatusCode} and not {(int)expected}: {text}");
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    /// <summary>Any call, whatever the response.</summary>
    /// <param name="method">GET, POST …</param>
    /// <param name="path">Below the service's address.</param>
    /// <param name="body">Content as it is; text that is JSON; or what is written as JSON.</param>
    /// <param name="key">The idempotency key.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null, string? key = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = Content(body) };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await http.SendAsync(request, cancellationToken);
    }

    private static HttpContent? Content(object? body) => body switch
    {
        null => null,
        HttpContent content => content,
        string text => new StringContent(text, Encoding.UTF8, "application/json"),
        _ => JsonContent.Create(body),
    };
}
