using System.Net;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.SignIn;

/// <summary>A service whose proxy is trusted, and one that trusts none, asked by the same connection.</summary>
public sealed class BehindProxyTests(PostgresCluster cluster) : IAsyncLifetime
{
    private const string Office = "203.0.113.0/24";

    private readonly SignInService service = new(cluster, isInProcess: true, ("Notification__TrustedProxies", "127.0.0.0/8, ::1"));

    public ValueTask InitializeAsync() => service.InitializeAsync();

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task The_list_of_networks_of_an_account_is_held_against_the_client_and_only_a_trusted_proxy_names_it()
    {
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Shop", scopes = new[] { "notifications:read" }, mode = "live", ipAllowList = new[] { Office } });

        (await TokenAsync(service.Client, account, "198.51.100.66, 203.0.113.9")).Status.ShouldBe(HttpStatusCode.OK);
        (await TokenAsync(service.Client, account, "203.0.113.9, 198.51.100.66")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await TokenAsync(service.Client, account, null)).Status.ShouldBe(HttpStatusCode.Unauthorized);

        var token = (await TokenAsync(service.Client, account, "203.0.113.9")).Token!;
        (await ListAsync(service.Client, token, "203.0.113.77")).ShouldBe(HttpStatusCode.OK);
        (await ListAsync(service.Client, token, "198.51.100.66")).ShouldBe(HttpStatusCode.Unauthorized);

        // To this one the proxy is a stranger.
        await using var other = await service.StartInProcessAsync();
        (await ListAsync(other.Client, token, "203.0.113.77")).ShouldBe(HttpStatusCode.Unauthorized);
        (await TokenAsync(other.Client, account, "203.0.113.9")).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_scheme_is_the_clients()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { { "X-Forwarded-For", "203.0.113.9" }, { "X-Forwarded-Proto", "https" } } };
        using var response = await service.Client.SendAsync(request);

        response.Headers.Contains("Strict-Transport-Security").ShouldBeTrue();
    }

    private static async Task<(HttpStatusCode Status, string? Token)> TokenAsync(HttpClient client, SignInService.Account account, string? forwarded)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token")
        {
            Content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", account.ClientId), new("client_secret", account.ClientSecret)]),
        };
        if (forwarded is not null)
            request.Headers.Add("X-Forwarded-For", forwarded);
        using var response = await client.SendAsync(request);
        return (response.StatusCode, response.IsSuccessStatusCode ? (await SignInService.ReadAsync(response)).GetProperty("access_token").GetString() : null);
    }

    private static async Task<HttpStatusCode> ListAsync(HttpClient client, string token, string forwarded)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, ApiClient.Notifications) { Headers = { { "X-Forwarded-For", forwarded }, { "Authorization", $"Bearer {token}" } } };
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
