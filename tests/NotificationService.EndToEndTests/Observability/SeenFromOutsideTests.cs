using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Observability;

/// <summary>What an operator sees of a notification on its way: traces, metrics and logs, and never whom it is for or what it says.</summary>
public sealed class SeenFromOutsideTests(PostgresCluster cluster)
{
    private const string Address = "ann+seen@example.com";
    private const string Body = "the secret of the day";
    private const string Password = "correct horse battery 1!";
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string CallersSpan = "00f067aa0ba902b7";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task A_trace_goes_on_from_the_callers_span_over_the_accepting_process_to_the_sending_one()
    {
        await using var collector = new SpanCollector();
        (string, string)[] tracing = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_BSP_SCHEDULE_DELAY", "100"), MasterKey];
        var connectionString = await cluster.CreateDatabaseAsync();
        await using var api = await ServiceProcess.StartAsync(connectionString, [.. tracing, ("Notification__Roles", "api")]);
        await using var worker = await ServiceProcess.StartAsync(connectionString, [.. tracing, ("Notification__Roles", "worker")]);

        await SendAsync(api, await DemoTokenAsync(api), $"00-{TraceId}-{CallersSpan}-01");

        await Eventually.TrueAsync(
            () => collector.Spans.Any(span => span is { TraceId: TraceId, Name: "deliver" }) && collector.Spans.Any(span => span is { TraceId: TraceId, ParentId: CallersSpan }), Patience, () => string.Join('\n', collector.Spans) + worker.Output);
        var spans = collector.Spans.Where(span => span.TraceId == TraceId).ToList();
        var accepting = spans.Where(span => span.ParentId == CallersSpan).ShouldHaveSingleItem();
        accepting.Name.ShouldBe("POST /api/v1/services/notifications/send");
        spans.Where(span => span.Name == "deliver").ShouldHaveSingleItem().ParentId.ShouldBe(accepting.SpanId);
        collector.Spans.ShouldNotContain(span => span.Name.Contains("/health/", StringComparison.Ordinal) || span.Name == "Microsoft.AspNetCore.Hosting.HttpRequestIn");
        collector.Text.ShouldNotContain(Address);
        collector.Text.ShouldNotContain(Body);
    }

    [Fact]
    public async Task Metrics_count_it_and_time_it()
    {
        await using var service = await ServiceProcess.StartAsync(await cluster.CreateDatabaseAsync(), MasterKey);
        var token = await DemoTokenAsync(service);
        for (var i = 0; i < 3; i++)
            await SendAsync(service, token);

        await Eventually.TrueAsync(async () => Sum(await MetricsAsync(service), "notification_sent_total{") == 3, Patience, () => service.Output);
        var metrics = await MetricsAsync(service);
        Sum(metrics, "notification_accepted_total{channel=\"email\"").ShouldBe(3);
        Sum(metrics, "notification_dwell_seconds_count{").ShouldBe(3);
        Sum(metrics, "notification_provider_seconds_count{").ShouldBe(3);
        foreach (var gauge in (string[])["notification_queue_depth", "notification_queue_oldest_age_seconds"])
            metrics.ShouldContain(line => line.StartsWith($"{gauge}{{channel=\"email\"", StringComparison.Ordinal), gauge);
        foreach (var name in (string[])["notification_failed_total", "notification_retried_total"])
            metrics.ShouldContain($"# TYPE {name} counter");
    }

    [Fact]
    public async Task Every_line_of_the_log_is_JSON_and_none_names_an_address_a_body_or_a_secret()
    {
        var connectionString = await cluster.CreateDatabaseAsync();
        await using var service = await ServiceProcess.StartAsync(connectionString, ("ASPNETCORE_ENVIRONMENT", "Production"), ("Notification__Seed", "none"), MasterKey);
        using var registered = await service.Client.PostAsJsonAsync(
            "/api/v1/auth/register-tenant", new { tenantName = "Seen", starter = false, admin = new { email = Address, password = Password, name = "Ann" } });
        var tokens = await registered.Content.ReadFromJsonAsync<JsonElement>();
        var (access, refresh) = (tokens.GetProperty("accessToken").GetString()!, tokens.GetProperty("refreshToken").GetString()!);

        // A delivery that no provider can take, a refresh token used twice, a wrong password, and an outage.
        await SendAsync(service, access);
        for (var i = 0; i < 2; i++)
            (await service.Client.PostAsJsonAsync("/api/v1/auth/refresh-token", new { refreshToken = refresh })).Dispose();
        (await service.Client.PostAsJsonAsync("/api/v1/auth/login", new { email = Address, password = Password + "x" })).Dispose();
        var database = new Npgsql.NpgsqlConnectionStringBuilder(connectionString).Database!;
        await cluster.CloseAsync(database);
        (await service.Client.PostAsJsonAsync("/api/v1/auth/login", new { email = Address, password = Password })).Dispose();
        await cluster.OpenAsync(database);

        (await service.TerminateAsync()).ShouldBe(0, service.Output);
        var lines = service.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldContain(line => line.Contains("used a second time", StringComparison.Ordinal));
        lines.ShouldContain(line => line.Contains("answered 503", StringComparison.Ordinal));
        foreach (var line in lines)
            Should.NotThrow(() => JsonDocument.Parse(line).RootElement.GetProperty("eventId").GetInt32(), line);
        foreach (var secret in (string[])[Address, Address.ToUpperInvariant(), Body, Password, access, refresh, access.Split('.')[2]])
            service.Output.ShouldNotContain(secret);
    }

    private static (string, string) MasterKey => ("Notification__MasterKeys", $"k1:{Convert.ToBase64String(Enumerable.Repeat((byte)6, 32).ToArray())}");

    private static async Task<string> DemoTokenAsync(ServiceProcess service)
    {
        using var response = await service.Client.PostAsync(new Uri("/oauth/token", UriKind.Relative), new FormUrlEncodedContent(
            [new("grant_type", "client_credentials"), new("client_id", "demo-service"), new("client_secret", "demo-service-secret")]));
        return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    private static async Task SendAsync(ServiceProcess service, string token, string? traceParent = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/services/notifications/send")
        {
            Content = JsonContent.Create(new { channel = "email", recipient = new { email = Address }, content = new { subject = Body, text = Body } }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (traceParent is not null)
            request.Headers.Add("traceparent", traceParent);
        using var response = await service.Client.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
    }

    private static async Task<string[]> MetricsAsync(ServiceProcess service) =>
        (await service.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n');

    private static double Sum(string[] lines, string prefix) => lines.Where(line => line.StartsWith(prefix, StringComparison.Ordinal))
        .Sum(line => double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), System.Globalization.CultureInfo.InvariantCulture));
}
