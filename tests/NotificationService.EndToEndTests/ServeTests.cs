using System.Text.Json;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests;

public sealed class ServeTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task It_becomes_ready_and_ends_with_exit_code_0_on_SIGTERM()
    {
        await using var service = await ServiceProcess.StartAsync(database.ConnectionString);

        (await service.TerminateAsync()).ShouldBe(0, service.Output);
    }

    [Fact]
    public async Task Readiness_asks_every_loop_that_must_run_in_a_worker()
    {
        await using var service = await ServiceProcess.StartAsync(database.ConnectionString);

        var checks = await Eventually.ValueAsync(() => ChecksAsync(service), static checks => checks.Values.All(static healthy => healthy), TimeSpan.FromSeconds(90));

        foreach (var loop in (string[])["delivery_worker", "lease_rescuer", "bulk_runner", "batch_maintenance"])
            checks.ShouldContainKeyAndValue(loop, true);
    }

    private static async Task<Dictionary<string, bool>> ChecksAsync(ServiceProcess service)
    {
        using var response = await service.Client.GetAsync(new Uri("/health", UriKind.Relative));
        using var report = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return report.RootElement.GetProperty("checks").EnumerateArray().ToDictionary(check => check.GetProperty("name").GetString()!, check => check.GetProperty("healthy").GetBoolean());
    }
}
