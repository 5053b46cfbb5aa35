using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace NotificationService.Testing.Attacks;

/// <summary>A tenant that anybody may register, and what it holds then: its admin's token and a service account's.</summary>
public sealed class Attacker : IDisposable
{
    private const string Password = "Attacker-admin-1!";

    // A connection a request: an attacker is not polite, and one that was reset must not fail the next.
    private readonly HttpClient http;
    private readonly string adminToken;

    private Attacker(HttpClient http, string adminToken, string accountToken) => (this.http, this.adminToken, AccountToken) = (http, adminToken, accountToken);

    public Uri Service => http.BaseAddress!;

    public string AccountToken { get; }

    /// <summary>Where callbacks to its own provider account go, once it has one.</summary>
    public string CallbackPath { get; private set; } = "";

    public static async Task<Attacker> RegisterAsync(Uri service, string key)
    {
        var client = new HttpClient { BaseAddress = service, Timeout = TimeSpan.FromSeconds(60) };
        var registered = await ReadAsync(client, "api/v1/auth/register-tenant", null, new { tenantName = key, tenantKey = key, starter = false, admin = new { email = $"admin@{key}.example", password = Password, name = "Admin" } });
        var admin = registered.GetProperty("accessToken").GetString()!;
        var made = await ReadAsync(client, "api/v1/admin/service-accounts", admin, new { name = "attack", scopes = (string[])["notifications:send", "notifications:read"], mode = "live" });
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = made.GetProperty("clientId").GetString()!,
            ["client_secret"] = made.GetProperty("clientSecret").GetString()!,
        });
        using var response = await client.PostAsync(new Uri("oauth/token", UriKind.Relative), form);
        var account = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
        return new Attacker(client, admin, account);
    }

    /// <summary>As the tenant's admin. Answers the status.</summary>
    public Task<int> AdminAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken) => SendAsync(method, path, adminToken, body, cancellationToken);

    /// <summary>As the service account.</summary>
    public Task<int> AccountAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken) => SendAsync(method, path, AccountToken, body, cancellationToken);

    /// <summary>As nobody.</summary>
    public Task<int> AnonymousAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken) => SendAsync(method, path, null, body, cancellationToken);

    /// <summary>What the tenant needs for its attacks to be more than a 404.</summary>
    public async Task SetUpAsync(string key, object contents)
    {
        await ReadAsync(http, "api/v1/admin/templates", adminToken, new { key, name = key, contents });
        await ReadAsync(http, $"api/v1/admin/templates/{key}/publish", adminToken, new { });
    }

    public async Task AddSandboxAsync()
    {
        var made = await ReadAsync(http, "api/v1/admin/providers", adminToken, new { channel = "email", type = "sandbox", name = "Sandbox", priority = 1, credentials = new { } });
        CallbackPath = $"/webhooks/sandbox/{made.GetProperty("id").GetGuid()}";
    }

    public void Dispose() => http.Dispose();

    private async Task<int> SendAsync(HttpMethod method, string path, string? token, HttpContent? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, cancellationToken);
        return (int)response.StatusCode;
    }

    private static async Task<JsonElement> ReadAsync(HttpClient client, string path, string? token, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(body) };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonElement.Parse(text) : throw new InvalidOperationException($"POST {path} answered {(int)response.StatusCode}: {text}");
    }
}
