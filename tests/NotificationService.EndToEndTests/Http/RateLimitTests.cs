using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using NotificationService.Host.Http;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Http;

/// <summary>A tenant's allowance for a minute, shared by two nodes.</summary>
public sealed class RateLimitTests(PostgresCluster cluster)
{
    private const int Limit = 40;
    private const string Admin = "/api/v1/admin/service-accounts";

    [Fact]
    public async Task What_one_node_has_used_up_the_other_refuses_too_and_nobody_else_is_touched()
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        await using var first = await StartAsync(connectionString);
        await using var second = await StartAsync(connectionString);
        var (greedy, modest) = (await RegisterAsync(first, "greedy@example.com"), await RegisterAsync(first, "modest@example.com"));

        // The whole of it again if a minute of the database's clock ended in between.
        HttpResponseMessage refused;
        do
        {
            await UseUpAsync(first, greedy);
            refused = await GetAsync(second, greedy);
        }
        while (refused.StatusCode == HttpStatusCode.OK);

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        // What was taken is kept by the second: it is given back when that second is a minute ago.
        refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(61));
        Header(refused, "RateLimit-Limit").ShouldBe(Limit);
        Header(refused, "RateLimit-Remaining").ShouldBe(0);
        Header(refused, "RateLimit-Reset").ShouldBeInRange(0, 61);
        refused.Content.Headers.ContentType!.MediaType.ShouldBe(Problem.ContentType);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("rate_limited");
        refused.Dispose();

        using var other = await GetAsync(second, modest);
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
        Header(other, "RateLimit-Remaining").ShouldBeInRange(0, Limit - 1);
        await second.WaitUntilReadyAsync();
    }

    private static Task<ServiceInProcess> StartAsync(string connectionString) => ServiceInProcess.StartAsync(
        connectionString, ServiceProcess.WithoutSeed, ("Notification__RateLimits__AdminPerMinute", $"{Limit}"), ("Notification__MasterKeys", $"k1:{Convert.ToBase64String(new byte[32])}"));

    private static async Task UseUpAsync(ServiceInProcess service, string token)
    {
        // Twice, and so often again as a slow machine meets the beginning of a minute.
        for (var i = 0; i <= 6 * Limit; i++)
        {
            using var response = await GetAsync(service, token);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
                return;
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        throw new InvalidOperationException("many times the limit was allowed");
    }

    private static Task<HttpResponseMessage> GetAsync(ServiceInProcess service, string token) => new ApiClient(service.Client, token).SendAsync(HttpMethod.Get, Admin);

    private static async Task<string> RegisterAsync(ServiceInProcess service, string email) => (await new ApiClient(service.Client).RegisterTenantAsync(email, "Limited")).Token!;

    private static int Header(HttpResponseMessage response, string name) => int.Parse(response.Headers.GetValues(name).Single());
}
