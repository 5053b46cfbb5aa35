using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Http;

/// <summary>Sending as a backend service does it, against the running service with the demo's accounts and templates.</summary>
public sealed class SendTests(SendTests.Service running) : IClassFixture<SendTests.Service>
{
    private const string Root = "/api/v1/services/notifications";
    private const string Body = """{"template":"order-shipped","channels":["email","in_app"],"recipient":{"userId":"ann","name":"Ann","email":"ann@example.com"},"data":{"orderId":"A-1009"},"reference":"order-1009"}""";

    [Fact]
    public async Task An_accepted_notification_can_be_looked_at_from_its_location_until_it_is_delivered()
    {
        using var response = await running.SendAsync(HttpMethod.Post, $"{Root}/send", Body);

        response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var accepted = await response.Content.ReadFromJsonAsync<JsonElement>();
        accepted.GetProperty("status").GetString().ShouldBe("queued");
        accepted.GetProperty("template").GetProperty("version").GetInt32().ShouldBe(1);
        accepted.GetProperty("deliveries").EnumerateArray().Select(delivery => delivery.GetProperty("channel").GetString()).ShouldBe(["email", "in_app"]);
        var location = response.Headers.Location.ShouldNotBeNull().ToString();
        location.ShouldBe($"{Root}/{accepted.GetProperty("id").GetString()}");

        var delivered = await Eventually.ValueAsync(
            () => running.GetAsync(location),
            stored => stored.GetProperty("deliveries").EnumerateArray().All(delivery => delivery.GetProperty("status").GetString() is "sent" or "delivered"),
            TimeSpan.FromSeconds(60));
        delivered.GetProperty("reference").GetString().ShouldBe("order-1009");
        delivered.GetProperty("data").GetProperty("orderId").GetString().ShouldBe("A-1009");
        var timeline = (await running.GetAsync($"{location}/timeline")).GetProperty("items").EnumerateArray().ToList();
        timeline.Where(step => step.GetProperty("channel").GetString() == "email").Select(step => step.GetProperty("status").GetString()).Take(2).ShouldBe(["queued", "sending"]);
        timeline.Single(step => step.GetProperty("channel").GetString() == "email" && step.GetProperty("status").GetString() == "sending")
            .GetProperty("attempt").GetProperty("outcome").GetString().ShouldBe("accepted");
    }

    [Fact]
    public async Task A_chain_and_its_explanation_come_over_the_API()
    {
        using var response = await running.SendAsync(HttpMethod.Post, $"{Root}/send",
            Body.Replace("\"channels\":[\"email\",\"in_app\"]", "\"channels\":[\"in_app\",\"email\"],\"strategy\":\"fallback\",\"fallbackAfter\":600", StringComparison.Ordinal));

        var location = response.Headers.Location.ShouldNotBeNull().ToString();
        var delivered = await Eventually.ValueAsync(
            () => running.GetAsync(location), stored => stored.GetProperty("status").GetString() == "delivered", TimeSpan.FromSeconds(60));
        delivered.GetProperty("strategy").GetString().ShouldBe("fallback");
        delivered.GetProperty("fallbackAfter").GetInt32().ShouldBe(600);
        delivered.GetProperty("deliveries").EnumerateArray().Select(delivery => $"{delivery.GetProperty("channel")} {delivery.GetProperty("status")}").ShouldBe(["in_app delivered", "email cancelled"]);
        var explained = (await running.GetAsync($"{location}/explain")).GetProperty("explain").EnumerateArray().ToList();
        explained[0].GetProperty("message").GetString().ShouldNotBeNull().ShouldStartWith("accepted from service account ");
        explained.Select(step => step.GetProperty("code").GetString()).ShouldContain("not_needed");
    }

    [Fact]
    public async Task The_same_key_gives_the_same_response_and_says_so()
    {
        using var first = await running.SendAsync(HttpMethod.Post, $"{Root}/send", Body, "same-key");
        using var second = await running.SendAsync(HttpMethod.Post, $"{Root}/send", Body.Replace(":", " : ", StringComparison.Ordinal), "same-key");
        using var other = await running.SendAsync(HttpMethod.Post, $"{Root}/send", Body.Replace("A-1009", "A-1010", StringComparison.Ordinal), "same-key");

        (await second.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
        first.Headers.Contains("Idempotent-Replayed").ShouldBeFalse();
        second.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        second.Headers.GetValues("Idempotent-Replayed").ShouldBe(["true"]);
        other.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await other.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe("idempotency_mismatch");
    }

    [Fact]
    public async Task A_dry_run_shows_what_would_go_out()
    {
        using var response = await running.SendAsync(HttpMethod.Post, $"{Root}/send?dryRun=true", Body);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        var report = await response.Content.ReadFromJsonAsync<JsonElement>();
        report.GetProperty("deliveries")[0].GetProperty("content").GetProperty("subject").GetString().ShouldNotBeNull().ShouldContain("A-1009");
        report.GetProperty("explain").GetArrayLength().ShouldBeGreaterThan(2);
        report.TryGetProperty("id", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task What_waits_can_be_cancelled_and_found_in_lists()
    {
        var later = DateTimeOffset.UtcNow.AddDays(1).ToString("yyyy-MM-ddTHH:mm:ssZ");
        using var sent = await running.SendAsync(HttpMethod.Post, $"{Root}/send", $$"""{"content":{"subject":"Hi","text":"Hello"},"channel":"email","recipient":{"email":"ann@example.com"},"sendAt":"{{later}}","reference":"cancel-me"}""");
        var id = (await sent.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();

        using var cancelled = await running.SendAsync(HttpMethod.Post, $"{Root}/{id}/cancel");
        using var retried = await running.SendAsync(HttpMethod.Post, $"{Root}/{id}/retry");

        cancelled.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await cancelled.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("deliveries")[0].GetProperty("changed").GetBoolean().ShouldBeTrue();
        retried.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var list = await running.GetAsync($"{Root}?reference=cancel-me&status=cancelled");
        list.GetProperty("items").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe(id);
        list.GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task A_cursor_is_good_only_for_the_filter_that_gave_it_out()
    {
        for (var i = 0; i < 3; i++)
            (await running.SendAsync(HttpMethod.Post, $"{Root}/send", Body)).Dispose();
        var first = await running.GetAsync($"{Root}?limit=1&cursor=");
        var cursor = first.GetProperty("nextCursor").GetString();
        first.TryGetProperty("pagination", out _).ShouldBeFalse();

        (await running.GetAsync($"{Root}?limit=1&cursor={cursor}")).GetProperty("items")[0].GetProperty("id").GetString().ShouldNotBe(first.GetProperty("items")[0].GetProperty("id").GetString());
        using var elsewhere = await running.SendAsync(HttpMethod.Get, $"{Root}?limit=1&channel=email&cursor={cursor}");
        elsewhere.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Another_tenant_sees_none_of_it()
    {
        using var sent = await running.SendAsync(HttpMethod.Post, $"{Root}/send", Body);
        var location = sent.Headers.Location.ShouldNotBeNull().ToString();
        var stranger = await running.StrangerAsync();

        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Get, location), (HttpMethod.Get, $"{location}/timeline"), (HttpMethod.Post, $"{location}/cancel"), (HttpMethod.Post, $"{location}/retry")])
        {
            using var theirs = await running.SendAsync(method, path, token: stranger);
            using var nobodys = await running.SendAsync(method, path.Replace(location, $"{Root}/01890a5d-ac96-774b-bcce-b302099a8050", StringComparison.Ordinal), token: stranger);
            theirs.StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            WithoutTrace(await theirs.Content.ReadAsStringAsync()).ShouldBe(WithoutTrace(await nobodys.Content.ReadAsStringAsync()));
        }

        using var list = await running.SendAsync(HttpMethod.Get, Root, token: stranger);
        (await list.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").GetArrayLength().ShouldBe(0);
    }

    private static string WithoutTrace(string problem) => System.Text.RegularExpressions.Regex.Replace(problem, "\"traceId\":\"[^\"]*\"", "");

    /// <summary>In the test's own process.</summary>
    public sealed class Service(PostgresCluster cluster) : IAsyncLifetime
    {
        private ServiceInProcess? main;
        private ApiClient? api;

        private ApiClient Api => api ?? throw new InvalidOperationException("not initialized");

        public async ValueTask InitializeAsync()
        {
            main = await ServiceInProcess.StartAsync(await cluster.CreateDatabaseAsync());
            api = await new ApiClient(main.Client).DemoServiceAsync();
        }

        public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null, string? key = null, string? token = null) =>
            (token is null ? Api : Api.As(token)).SendAsync(method, path, body, key);

        public Task<JsonElement> GetAsync(string path) => Api.GetAsync(path);

        /// <summary>The admin of another tenant.</summary>
        public async Task<string> StrangerAsync() => (await Api.As(null).RegisterTenantAsync("eve@example.com", "Strangers")).Token ?? "";

        public ValueTask DisposeAsync() => main?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
