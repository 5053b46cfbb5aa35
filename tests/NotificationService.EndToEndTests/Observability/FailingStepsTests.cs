using System.Net;
using System.Text.Json;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Observability;

/// <summary>A worker whose loops run and whose statements are refused.</summary>
public sealed class FailingStepsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(150);

    [Fact]
    public async Task A_worker_whose_every_claim_is_refused_is_not_ready_and_says_which_step_and_why()
    {
        await using var service = await ServiceProcess.StartAsync(database.ConnectionString);

        await database.ExecuteAsync("revoke update on deliveries from notification_worker");

        await Eventually.TrueAsync(async () => (await GetAsync(service, "/health/ready")) is (HttpStatusCode.ServiceUnavailable, var text) && text.Contains("delivery_claim", StringComparison.Ordinal), Patience, () => service.Output);
        var (status, body) = await GetAsync(service, "/health");
        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        using var report = JsonDocument.Parse(body);
        report.RootElement.GetProperty("status").GetString().ShouldBe("unhealthy");
        var check = report.RootElement.GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "delivery_claim");
        check.GetProperty("healthy").GetBoolean().ShouldBeFalse();
        check.GetProperty("detail").GetString()!.ShouldContain("42501");
        (await GetAsync(service, "/metrics")).Body.ShouldContain("notification_step_failures_total{step=\"delivery_claim\"} ");

        await database.ExecuteAsync("grant update on deliveries to notification_worker");
        await service.WaitUntilReadyAsync();
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(ServiceProcess service, string path)
    {
        using var answer = await service.Client.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
