using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NotificationService.Testing;
using Npgsql;

namespace NotificationService.EndToEndTests.Http;

/// <summary>PostgreSQL goes away under a running service and comes back.</summary>
public sealed class DatabaseOutageTests(PostgresCluster cluster)
{
    [Fact]
    public async Task While_it_is_away_callers_are_asked_to_come_again_and_afterwards_all_is_well_without_a_restart()
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        var database = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        await using var service = await ServiceProcess.StartAsync(connectionString);
        (await StatusOfLoginAsync(service)).ShouldBe(HttpStatusCode.Unauthorized);

        await cluster.CloseAsync(database);

        using (var response = await LoginAsync(service))
        {
            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            response.Headers.RetryAfter!.Delta!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
            problem.GetProperty("code").GetString().ShouldBe("unavailable");
            (await response.Content.ReadAsStringAsync()).ShouldNotContain("Npgsql");
        }

        // A health answer is kept for a second, and it may be one of before.
        await Eventually.TrueAsync(
            async () => (await service.Client.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode == HttpStatusCode.ServiceUnavailable,
            TimeSpan.FromSeconds(60),
            () => service.Output);
        (await service.Client.GetAsync(new Uri("/health/live", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await service.Client.GetAsync(new Uri("/metrics", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);

        await cluster.OpenAsync(database);

        await Eventually.TrueAsync(
            async () => await StatusOfLoginAsync(service) == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(60), () => service.Output);
        await service.WaitUntilReadyAsync();
    }

    private static async Task<HttpStatusCode> StatusOfLoginAsync(ServiceProcess service)
    {
        using var response = await LoginAsync(service);
        return response.StatusCode;
    }

    private static Task<HttpResponseMessage> LoginAsync(ServiceProcess service) => service.Client.PostAsync(
        new Uri("/api/v1/auth/login", UriKind.Relative),
        new StringContent("""{"email":"nobody@example.com","password":"some password"}""", Encoding.UTF8, "application/json"));
}
