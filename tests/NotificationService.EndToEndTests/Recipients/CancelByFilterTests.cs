using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Notifications;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Recipients;

/// <summary>What waits and is about something is cancelled, and nothing else.</summary>
public sealed class CancelByFilterTests(SignInInProcess running) : IClassFixture<SignInInProcess>
{
    private const string Cancel = $"{ApiClient.Notifications}/cancel";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);

    private readonly SignInService service = running.Service;

    [Theory]
    [InlineData("""{"reference":"r-1"}""", "news ref-both ref")]
    [InlineData("""{"category":"c-1"}""", "cat ref-both")]
    [InlineData("""{"template":"t-1"}""", "template")]
    [InlineData("""{"category":"c-1","reference":"r-1"}""", "ref-both")]
    [InlineData("""{"topic":"news"}""", "news")]
    [InlineData("""{"topic":"new"}""", "")]
    public async Task What_fits_all_that_the_filter_says_is_cancelled_and_the_rest_waits_on(string filter, string expected)
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await tenant.Person.PublishTemplateAsync("t-1", new { key = "t-1", name = "T", contents = new { in_app = new { en = new { title = "Hi", body = "Hi" } } } });
        await tenant.Live.ReadAsync(HttpMethod.Put, "/api/v1/services/topics/news%2Fsport", new { name = "News" }, HttpStatusCode.Created);
        await tenant.Live.ReadAsync(HttpMethod.Post, "/api/v1/services/topics/news%2Fsport/subscribers", new { userIds = new[] { "news" } });
        var content = new { title = "Hi", body = "Hi" };
        foreach (var api in (ApiClient[])[tenant.Live, tenant.Test])
        {
            await SendAsync(api, new { channel = "in_app", content, recipient = new { userId = "plain" }, sendAt = Later() });
            await SendAsync(api, new { channel = "in_app", content, recipient = new { userId = "ref" }, reference = "r-1", priority = "low", sendAt = Later() });
            await SendAsync(api, new { channel = "in_app", content, recipient = new { userId = "cat" }, category = "c-1", sendAt = Later() });
            await SendAsync(api, new
            {
                channels = new[] { "in_app", "email" },
                content = new { title = "Hi", body = "Hi", subject = "Hi", text = "Hi" },
                recipient = new { userId = "ref-both", email = "a@example.com" },
                reference = "r-1",
                category = "c-1",
                priority = "critical",
                sendAt = Later(),
            });
            await SendAsync(api, new { template = "t-1", recipient = new { userId = "template" }, sendAt = Later() });
        }

        var sent = await tenant.Live.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", new { channel = "in_app", content, to = new { topic = "news" }, reference = "r-1", sendAt = Later() }, HttpStatusCode.Accepted);
        await Eventually.TrueAsync(async () => (await tenant.Live.GetAsync($"{ApiClient.Notifications}/batches/{sent.GetProperty("batchId").GetString()}")).GetProperty("status").GetString() == "processing", Ample);

        var job = await DoneAsync(tenant.Live, await BeginAsync(tenant.Live, $$"""{"filter":{{filter}}}"""));

        var cancelled = await service.Database.QueryAsync<string>($$"""
            select n.user_id || case when n.live then '' else ' test' end from deliveries d
            join notifications n on n.tenant_id = d.tenant_id and n.id = overlay(d.id::text placing '0' from 36)::uuid
            where d.tenant_id = '{{tenant.Admin.Tenant}}' and d.status = {status.cancelled}
            """);
        cancelled.Distinct().Order().ShouldBe(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order());
        job.GetProperty("cancelled").GetInt64().ShouldBe(cancelled.Count);
        (await service.Database.ScalarAsync<long>($"select count(*) from audit_log where tenant_id = '{tenant.Admin.Tenant}' and action = 'notifications.cancel_requested' and after::text not like '%r-1%'")).ShouldBe(1);
    }

    [Fact]
    public async Task What_goes_to_a_topic_and_is_meant_goes_no_further()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await tenant.Live.ReadAsync(HttpMethod.Put, "/api/v1/services/topics/news", new { name = "News" }, HttpStatusCode.Created);
        await service.Database.ExecuteAsync($"insert into topic_subscriptions (tenant_id, live, topic, user_id, created_at) select '{tenant.Admin.Tenant}', true, 'news', 'u-' || g, now() from generate_series(1, 40000) g");
        var sent = await tenant.Live.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send", new { channel = "in_app", content = new { title = "Hi", body = "Hi" }, to = new { topic = "news" }, sendAt = Later() }, HttpStatusCode.Accepted);
        var path = $"{ApiClient.Notifications}/batches/{sent.GetProperty("batchId").GetString()}";
        await Eventually.TrueAsync(async () => (await tenant.Live.GetAsync(path)).GetProperty("accepted").GetInt64() > 0, Ample);

        var job = await BeginAsync(tenant.Live, """{"filter":{"topic":"news"}}""");

        (await tenant.Live.GetAsync(path)).GetProperty("status").GetString().ShouldBe("cancelled");
        await DoneAsync(tenant.Live, job);
        await Eventually.TrueAsync(async () => (await tenant.Live.GetAsync(path)).GetProperty("deliveries").GetProperty("pending").GetInt64() == 0, Ample);
        (await tenant.Live.GetAsync(path)).GetProperty("accepted").GetInt64().ShouldBeLessThan(40_000);
    }

    [Theory]
    [InlineData("{}", "/filter", "required")]
    [InlineData("""{"filter":{}}""", "/filter", "required")]
    [InlineData("""{"filter":{"topic":"a//b"}}""", "/filter/topic", "topic_key_invalid")]
    [InlineData("""{"filter":{"category":"two\nlines"}}""", "/filter/category", "control_character")]
    [InlineData("""{"filter":{"userId":"a"}}""", "/filter/userId", "unknown_property")]
    public async Task What_is_wrong_is_named_and_nothing_is_begun(string body, string pointer, string code)
    {
        var tenant = await DirectoryTenant.CreateAsync(service);

        var problem = await tenant.Live.ReadAsync(HttpMethod.Post, Cancel, body, HttpStatusCode.UnprocessableEntity);

        problem.GetProperty("errors").EnumerateArray().Select(error => (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString())).ShouldContain((pointer, code));
        (await service.Database.ScalarAsync<long>($"select count(*) from notification_cancels where tenant_id = '{tenant.Admin.Tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task Under_a_key_it_is_one_and_a_tenant_has_a_few_at_once()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        var first = await tenant.Live.ReadAsync(HttpMethod.Post, Cancel, """{"filter":{"category":"c-1"}}""", HttpStatusCode.Accepted, key: "once");
        using var again = await tenant.Live.SendAsync(HttpMethod.Post, Cancel, """{"filter":{"category":"c-1"}}""", "once");
        (await SignInService.ReadAsync(again)).ToString().ShouldBe(first.ToString());
        await DoneAsync(tenant.Live, first.GetProperty("jobId").GetGuid());
        await service.Database.ExecuteAsync($$"""
            insert into notification_cancels (tenant_id, id, live, until_id, leased_until, created_at)
            select '{{tenant.Admin.Tenant}}', gen_random_uuid(), true, gen_random_uuid(), 'infinity', now() from generate_series(1, {{FilteredCancels.MaxOpen}})
            """);

        using var refused = await tenant.Live.SendAsync(HttpMethod.Post, Cancel, """{"filter":{"category":"c-1"}}""");

        refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("too_many_cancels");
    }

    private static string Later() => TimeProvider.System.GetUtcNow().AddHours(3).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private static Task<JsonElement> SendAsync(ApiClient api, object body) => api.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", body, HttpStatusCode.Accepted);

    private static async Task<Guid> BeginAsync(ApiClient api, string body) => (await api.ReadAsync(HttpMethod.Post, Cancel, body, HttpStatusCode.Accepted)).GetProperty("jobId").GetGuid();

    private static Task<JsonElement> DoneAsync(ApiClient api, Guid job) =>
        Eventually.ValueAsync(() => api.GetAsync($"{Cancel}/{job}"), found => found.GetProperty("status").GetString() == "completed", Ample);
}
