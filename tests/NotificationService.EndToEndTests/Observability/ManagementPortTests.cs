using System.Net;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Observability;

/// <summary>What watches the service has a port of its own, and callers do not see its figures.</summary>
public sealed class ManagementPortTests(PostgresCluster cluster)
{
    [Fact]
    public async Task Metrics_are_answered_on_the_management_port_only_health_on_both_and_nothing_else_there()
    {
        var port = ServiceProcess.FreePort();
        await using var service = await ServiceProcess.StartAsync(await cluster.CreateDatabaseAsync(), ("Notification__ManagementPort", $"{port}"));
        using var management = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };

        foreach (var path in (string[])["/health", "/health/live", "/health/ready"])
        {
            (await StatusAsync(service.Client, path)).ShouldBe(HttpStatusCode.OK, path);
            (await StatusAsync(management, path)).ShouldBe(HttpStatusCode.OK, path);
        }

        (await StatusAsync(management, "/metrics")).ShouldBe(HttpStatusCode.OK);
        foreach (var path in (string[])["/metrics", "/METRICS", "/metrics/"])
            (await StatusAsync(service.Client, path)).ShouldBe(HttpStatusCode.NotFound, path);
        // The Host header is whatever the caller writes.
        (await StatusAsync(service.Client, "/metrics", host: $"127.0.0.1:{port}")).ShouldBe(HttpStatusCode.NotFound);
        foreach (var path in (string[])["/", "/api/v1/services/notifications", "/openapi/v1.json", "/swagger", "/healthy"])
            (await StatusAsync(management, path)).ShouldBe(HttpStatusCode.NotFound, path);
        (await StatusAsync(service.Client, "/openapi/v1.json")).ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("0", "Notification__ManagementPort is '0', which is no port from 1 to 65535")]
    [InlineData("eighty", "Notification__ManagementPort is 'eighty', which is no port from 1 to 65535")]
    [InlineData("8099", "Notification__ManagementPort is 8099, which is the port of http://127.0.0.1:8099: choose another")]
    public async Task A_management_port_that_is_none_or_taken_by_the_service_itself_stops_the_start_in_one_line(string value, string line)
    {
        await using var service = ServiceProcess.Launch(
            [], ("ConnectionStrings__NotificationDatabase", "Host=unreachable"), ("ASPNETCORE_URLS", "http://127.0.0.1:8099"), ("Notification__ManagementPort", value));

        (await service.WaitForExitAsync(TimeSpan.FromSeconds(90))).ShouldBe(1);
        service.Output.ShouldBe($"notification-service: {line}");
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }
}
