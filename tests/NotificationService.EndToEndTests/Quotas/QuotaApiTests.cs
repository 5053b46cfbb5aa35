using System.Net;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Quotas;

/// <summary>A day's quotas and the rate of a tenant, by every way in over HTTP.</summary>
public sealed class QuotaApiTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Send = $"{ApiClient.Notifications}/send";

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task Beyond_the_quota_a_send_is_a_429_until_the_day_ends_and_a_repeat_is_answered_as_before()
    {
        var (admin, live, test) = await TenantAsync("""{"timezone":"Europe/Berlin","limits":{"daily":{"email":2}}}""");
        var first = await live.ReadAsync(HttpMethod.Post, Send, Mail, HttpStatusCode.Accepted, "first");
        await live.ReadAsync(HttpMethod.Post, Send, Mail, HttpStatusCode.Accepted);

        using (var refused = await live.SendAsync(HttpMethod.Post, Send, Mail))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            refused.Headers.RetryAfter!.Delta!.Value.ShouldBeInRange(TimeSpan.FromSeconds(1), TimeSpan.FromHours(25));
            var problem = await SignInService.ReadAsync(refused);
            problem.GetProperty("code").GetString().ShouldBe("quota_reached");
            problem.GetProperty("detail").GetString()!.ShouldContain("email");
        }

        (await live.ReadAsync(HttpMethod.Post, Send, Mail, HttpStatusCode.Accepted, "first")).GetRawText().ShouldBe(first.GetRawText());
        await test.ReadAsync(HttpMethod.Post, Send, Mail, HttpStatusCode.Accepted);
        (await live.SendNotificationAsync(JsonSerializer.Deserialize<JsonElement>(Mail), dryRun: true)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await live.ReadAsync(HttpMethod.Post, Send, """{"channel":"sms","recipient":{"phone":"+447700900123"},"content":{"text":"Hi"}}""", HttpStatusCode.Accepted);
        (await service.Database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{admin.Tenant}' and live")).ShouldBe(3);
        (await service.Database.ScalarAsync<long>($"select taken from daily_counts where tenant_id = '{admin.Tenant}'")).ShouldBe(2);
    }

    [Fact]
    public async Task Of_a_batch_the_items_beyond_are_rejected_each_and_a_forbidden_country_is_a_mistake()
    {
        var (_, live, _) = await TenantAsync("""{"limits":{"daily":{"email":3}},"smsCaps":{"+1":0}}""");

        var batch = await live.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send-batch",
            Batch(5), HttpStatusCode.Accepted);

        batch.GetProperty("accepted").GetInt32().ShouldBe(3);
        batch.GetProperty("rejected").EnumerateArray().Select(item => (item.GetProperty("index").GetInt32(), item.GetProperty("errors")[0].GetProperty("code").GetString()))
            .ShouldBe([(3, "quota_reached"), (4, "quota_reached")]);
        var forbidden = await live.ReadAsync(HttpMethod.Post, Send, """{"channel":"sms","recipient":{"phone":"+14155550100"},"content":{"text":"Hi"}}""", HttpStatusCode.UnprocessableEntity);
        var error = forbidden.GetProperty("errors")[0];
        (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()).ShouldBe(("/recipient/phone", "sms_cap_reached"));
    }

    [Fact]
    public async Task A_tenants_own_rate_of_sends_is_shared_by_its_nodes_and_counts_items_of_batches_and_not_what_reads()
    {
        var (admin, live, test) = await TenantAsync("""{"limits":{"sendPerMinute":10}}""");
        await using var node = await service.StartInProcessAsync();
        var nodes = new[] { live, live.At(node.Client) };
        for (var i = 0; i < 6; i++)
            (await nodes[i % 2].ReadAsync(HttpMethod.Post, Send, Mail, HttpStatusCode.Accepted)).GetProperty("id").GetGuid().ShouldNotBe(Guid.Empty);
        // Four are left. Five items are too many, and their call is one of the four all the same.
        await RateRefusedAsync(nodes[1], $"{ApiClient.Notifications}/send-batch", Batch(5));
        (await nodes[1].ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send-batch", Batch(3), HttpStatusCode.Accepted)).GetProperty("accepted").GetInt32().ShouldBe(3);

        foreach (var at in nodes)
            await RateRefusedAsync(at, Send, Mail);
        await nodes[0].GetAsync(ApiClient.Notifications);
        await test.ReadAsync(HttpMethod.Post, Send, Mail, HttpStatusCode.Accepted);
        var (_, other, _) = await TenantAsync("{}");
        await other.ReadAsync(HttpMethod.Post, Send, Mail, HttpStatusCode.Accepted);
        (await other.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send-batch", Batch(20), HttpStatusCode.Accepted)).GetProperty("accepted").GetInt32().ShouldBe(20);

        // A higher one counts at once on the node that took it, and soon on the other.
        await service.As(admin.AccessToken).ReadAsync(HttpMethod.Patch, $"{ApiClient.Admin}/tenant", """{"limits":{"sendPerMinute":40}}""");
        await nodes[0].ReadAsync(HttpMethod.Post, Send, Mail, HttpStatusCode.Accepted);
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await nodes[1].SendAsync(HttpMethod.Post, Send, Mail);
                return response.StatusCode == HttpStatusCode.Accepted;
            },
            TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Rows_of_a_file_beyond_the_quota_are_bad_and_can_be_uploaded_again_as_they_are()
    {
        var (admin, live, _) = await TenantAsync("""{"limits":{"daily":{"email":3},"sendPerMinute":2}}""");
        await service.As(admin.AccessToken).PublishTemplateAsync("order", new { key = "order", name = "Order", contents = new { email = new { en = new { subject = "Hi", text = "{{orderId}}" } } } });
        using var form = new MultipartFormDataContent
        {
            { new StringContent("order"), "template" },
            { new StringContent("email"), "channel" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes($"email,orderId\n{string.Concat(Enumerable.Range(0, 5).Select(i => $"p{i}@example.com,{i}\n"))}")), "file", "people.csv" },
        };

        var path = $"{ApiClient.Notifications}/bulk/{(await live.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/bulk/csv", form, HttpStatusCode.Accepted)).GetProperty("jobId").GetString()}";

        var job = await Eventually.ValueAsync(() => live.GetAsync(path), static read => read.GetProperty("status").GetString() == "completed", TimeSpan.FromSeconds(90));
        (await service.Database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{admin.Tenant}'")).ShouldBe(3, job.GetRawText());
        using var errors = await live.SendAsync(HttpMethod.Get, $"{path}/errors.csv");
        var lines = (await errors.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(3);
        lines[1..].ShouldAllBe(line => line.Contains("quota_reached", StringComparison.Ordinal));
        // Then there is nothing left for a send either, by whatever way the quota was used.
        using var refused = await live.SendAsync(HttpMethod.Post, Send, Mail);
        (await SignInService.ReadAsync(refused)).GetProperty("code").GetString().ShouldBe("quota_reached");
    }

    private static string Batch(int items) =>
        $$"""{"channel":"email","content":{"subject":"Hi","text":"Hello"},"notifications":[{{string.Join(',', Enumerable.Range(0, items).Select(i => $$$"""{"recipient":{"email":"p{{{i}}}@example.com"}}"""))}}]}""";

    private static async Task RateRefusedAsync(ApiClient caller, string path, string body)
    {
        using var refused = await caller.SendAsync(HttpMethod.Post, path, body);
        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await SignInService.ReadAsync(refused)).GetProperty("code").GetString().ShouldBe("rate_limited");
        refused.Headers.GetValues("RateLimit-Limit").ShouldBe(["10"]);
    }

    private const string Mail = """{"channel":"email","recipient":{"email":"ann@example.com"},"content":{"subject":"Hi","text":"Hello"}}""";

    private async Task<(SignInService.Person Admin, ApiClient Live, ApiClient Test)> TenantAsync(string settings)
    {
        var admin = await service.RegisterAsync();
        await service.As(admin.AccessToken).ReadAsync(HttpMethod.Patch, $"{ApiClient.Admin}/tenant", settings);
        return (admin, await AccountAsync("live"), await AccountAsync("test"));

        async Task<ApiClient> AccountAsync(string mode)
        {
            var account = await service.CreateAccountAsync(admin, new { name = mode, scopes = new[] { "notifications:send", "notifications:read" }, mode });
            return await new ApiClient(service.Client).AccountAsync(account.ClientId, account.ClientSecret);
        }
    }
}
