using System.Net;
using System.Text.Json;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.EndToEndTests.Observability;

/// <summary>A worker whose loops run and whose statements are refused.</summary>
public sealed class FailingStepsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    [Fact]
    public async Task A_worker_whose_every_claim_is_refused_is_not_ready_and_says_which_step_and_why()
    {
        await using var service = await ServiceProcess.StartAsync(database.ConnectionString, ServiceProcess.WithoutSeed);

        await database.ExecuteAsync("revoke update on deliveries from notification_worker");

        await IsNotReadyAsync(service, "delivery_claim");
        await database.ExecuteAsync("grant update on deliveries to notification_worker");
        await service.WaitUntilReadyAsync();
    }

    [Fact]
    public async Task A_worker_that_claims_and_may_not_read_what_it_claimed_is_not_ready_and_sends_once_it_may()
    {
        await using var service = await ServiceProcess.StartAsync(database.ConnectionString, ServiceProcess.WithoutSeed);
        await database.ExecuteAsync("revoke select on notifications from notification_worker");

        await new AcceptedNotifications(database).PlantAsync(await database.NewTenantAsync(), 3);

        await IsNotReadyAsync(service, "delivery_load");
        await database.ExecuteAsync("grant select on notifications to notification_worker");
        await service.WaitUntilReadyAsync();
    }

    private static async Task IsNotReadyAsync(ServiceProcess service, string step)
    {
        await Eventually.TrueAsync(async () => (await GetAsync(service, "/health/ready")) is (HttpStatusCode.ServiceUnavailable, var text) && text.Contains(step, StringComparison.Ordinal), Patience, () => service.Output);
        var (status, body) = await GetAsync(service, "/health");
        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        using var report = JsonDocument.Parse(body);
        report.RootElement.GetProperty("status").GetString().ShouldBe("unhealthy");
        var check = report.RootElement.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == step);
        check.GetProperty("healthy").GetBoolean().ShouldBeFalse();
        check.GetProperty("detail").GetString()!.ShouldContain("42501");
        (await GetAsync(service, "/metrics")).Body.ShouldContain($"notification_step_failures_total{{step=\"{step}\"}} ");
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(ServiceProcess service, string path)
    {
        using var response = await service.Client.GetAsync(new Uri(path, UriKind.Relative));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
