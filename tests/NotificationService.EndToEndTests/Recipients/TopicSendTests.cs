using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Topics;

namespace NotificationService.EndToEndTests.Recipients;

/// <summary>What is sent to topics reaches each of their subscribers once, and whoever asks learns by which topic.</summary>
public sealed class TopicSendTests(SignInInProcess running) : IClassFixture<SignInInProcess>
{
    private const string Topics = "/api/v1/services/topics";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);

    private readonly SignInService service = running.Service;

    [Fact]
    public async Task A_send_reaches_a_topic_and_all_below_it_each_person_once_and_nobody_else()
    {
        var tenant = await TenantAsync();
        await SubscribeAsync(tenant.Live, "b-7", "ann", "bob");
        await SubscribeAsync(tenant.Live, "b-7%2Ffloor-1", "bob", "cy");
        await SubscribeAsync(tenant.Live, "b-7%2Ffloor-1%2Funit-2", "ann", "dee");
        await SubscribeAsync(tenant.Live, "b-7-old", "eve");
        await SubscribeAsync(tenant.Live, "b-70", "eve");
        await SubscribeAsync(tenant.Live, "other", "fay", "ann");
        await SubscribeAsync(tenant.Test, "b-7", "gus");

        (await ReachedAsync(tenant.Live, Send("b-7"))).ShouldBe(["ann b-7", "bob b-7", "cy b-7/floor-1", "dee b-7/floor-1/unit-2"]);
        (await ReachedAsync(tenant.Live, Send("b-7/floor-1"))).ShouldBe(["ann b-7/floor-1/unit-2", "bob b-7/floor-1", "cy b-7/floor-1", "dee b-7/floor-1/unit-2"]);
        (await ReachedAsync(tenant.Live, Send("other", "b-7/floor-1", "b-7"))).ShouldBe(["ann b-7", "bob b-7", "cy b-7/floor-1", "dee b-7/floor-1/unit-2", "fay other"]);
        (await ReachedAsync(tenant.Live, Send("b-70"))).ShouldBe(["eve b-70"]);
        (await ReachedAsync(tenant.Test, Send("b-7"))).ShouldBe(["gus b-7"]);
        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<long>($"select count(*) from topic_send_people where tenant_id = '{tenant.Admin.Tenant}'") == 0, Ample);
    }

    [Fact]
    public async Task The_answer_names_a_batch_that_counts_and_explain_and_the_notification_name_the_topic()
    {
        var tenant = await TenantAsync();
        await tenant.Live.ReadAsync(HttpMethod.Put, $"{Topics}/news", new { name = "News", category = "product-news" }, HttpStatusCode.Created);
        await SubscribeAsync(tenant.Live, "news", "ann", "bob");

        var response = await tenant.Live.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", Send("news"), HttpStatusCode.Accepted, key: "once");
        using var again = await tenant.Live.SendAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", Send("news"), "once");

        response.EnumerateObject().Select(member => $"{member.Name} {(member.Name == "batchId" ? "" : member.Value)}").ShouldBe(["batchId ", "status queued", "topic news"]);
        (await SignInService.ReadAsync(again)).ToString().ShouldBe(response.ToString());
        var batch = await CompletedAsync(tenant.Live, response);
        (batch.GetProperty("accepted").GetInt64(), batch.GetProperty("rejected").GetInt64(), batch.GetProperty("deliveries").GetProperty("delivered").GetInt64()).ShouldBe((2, 0, 2));
        var sent = (await ItemsAsync(tenant.Live, response))[0];
        var shown = await tenant.Live.NotificationAsync(sent.GetProperty("id").GetGuid());
        (shown.GetProperty("topic").GetString(), shown.GetProperty("category").GetString()).ShouldBe(("news", "product-news"));
        (await tenant.Live.GetAsync($"{ApiClient.Notifications}/{sent.GetProperty("id").GetString()}/explain")).ToString().ShouldContain("sent to the topic news");
        (await tenant.Live.GetAsync($"{ApiClient.Notifications}/batches")).GetProperty("items").GetArrayLength().ShouldBe(1);
        using var chunk = await tenant.Live.SendAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send-chunk", new { batchId = response.GetProperty("batchId").GetString(), sequence = 0, notifications = new[] { new { recipient = new { userId = "eve" } } } });
        chunk.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_a_person_says_of_a_topic_or_of_one_above_it_counts_for_what_comes_by_it_and_for_nothing_else()
    {
        var tenant = await TenantAsync();
        await SubscribeAsync(tenant.Live, "news", "ann", "bob");
        await SubscribeAsync(tenant.Live, "news%2Fsport", "cy", "dee");
        foreach (var (person, topics) in ((string, object)[])[("ann", new { news = false }), ("cy", new { news = false }), ("dee", new Dictionary<string, bool> { ["news"] = false, ["news/sport"] = true })])
            await tenant.Live.ReadAsync(HttpMethod.Put, $"{DirectoryTenant.Root}/{person}/preferences", new { topics });

        var response = await tenant.Live.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", Send("news"), HttpStatusCode.Accepted);
        await CompletedAsync(tenant.Live, response);
        var alone = await tenant.Live.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", new { channel = "in_app", content = new { title = "Hi", body = "Hi" }, recipient = new { userId = "ann" } }, HttpStatusCode.Accepted);

        (await ItemsAsync(tenant.Live, response)).Select(item => $"{item.GetProperty("recipient").GetProperty("userId")} {item.GetProperty("status")}").Order()
            .ShouldBe(["ann suppressed", "bob delivered", "cy suppressed", "dee delivered"]);
        alone.GetProperty("deliveries")[0].GetProperty("status").GetString().ShouldBe("queued");
    }

    [Fact]
    public async Task Whom_it_cannot_reach_is_rejected_and_holds_nobody_up()
    {
        var tenant = await TenantAsync();
        await SubscribeAsync(tenant.Live, "mail", "ann", "bob", "cy");
        await tenant.KeepAsync("bob", new { email = "bob@example.com" });

        var response = await tenant.Live.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send", new { to = new { topic = "mail" }, template = "by-mail", data = new { word = "x" } }, HttpStatusCode.Accepted);

        var batch = await CompletedAsync(tenant.Live, response);
        (batch.GetProperty("accepted").GetInt64(), batch.GetProperty("rejected").GetInt64()).ShouldBe((1, 2));
    }

    [Fact]
    public async Task A_send_that_is_cancelled_goes_no_further_and_cannot_be_completed_by_hand()
    {
        var tenant = await TenantAsync();
        await SubscribeAsync(tenant.Live, "news", "ann");
        await service.Database.ExecuteAsync($"""
            insert into topic_subscriptions (tenant_id, live, topic, user_id, created_at)
            select '{tenant.Admin.Tenant}', true, 'news', 'u-' || g, now() from generate_series(1, 30000) g
            """);
        var response = await tenant.Live.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send", new { to = new { topic = "news" }, channel = "in_app", content = new { title = "Hi", body = "Hi" }, sendAt = Later() }, HttpStatusCode.Accepted);
        var path = $"{ApiClient.Notifications}/batches/{response.GetProperty("batchId").GetString()}";
        await Eventually.TrueAsync(async () => (await tenant.Live.GetAsync(path)).GetProperty("accepted").GetInt64() >= 1_000, Ample);

        using var completed = await tenant.Live.SendAsync(HttpMethod.Post, $"{path}/complete");
        using var cancelled = await tenant.Live.SendAsync(HttpMethod.Post, $"{path}/cancel");

        completed.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        cancelled.StatusCode.ShouldBe(HttpStatusCode.OK, await cancelled.Content.ReadAsStringAsync());
        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<long>($"select count(*) from topic_sends where tenant_id = '{tenant.Admin.Tenant}' and state = {{topic_send.running}}") == 0, Ample);
        var accepted = (await tenant.Live.GetAsync(path)).GetProperty("accepted").GetInt64();
        await Eventually.TrueAsync(async () => (await tenant.Live.GetAsync(path)).GetProperty("deliveries").GetProperty("cancelled").GetInt64() == accepted, Ample);
    }

    [Theory]
    [InlineData("""{"to":{"topic":"there"}}""", "/template", "required")]
    [InlineData("""{"to":{"topic":"nothing"},"template":"by-mail","data":{"word":"x"}}""", "/to/topic", "topic_unknown")]
    [InlineData("""{"to":{"topic":["there","not a key"]},"template":"by-mail","data":{"word":"x"}}""", "/to/topic/1", "topic_unknown")]
    [InlineData("""{"to":{"topic":["there",null]},"template":"by-mail","data":{"word":"x"}}""", "/to/topic/1", "topic_unknown")]
    [InlineData("""{"to":{"topic":[]},"template":"by-mail"}""", "/to/topic", "too_few")]
    [InlineData("""{"to":{},"template":"by-mail"}""", "/to/topic", "required")]
    [InlineData("""{"to":{"topic":"there"},"recipient":{"userId":"a"},"template":"by-mail"}""", "/to", "exclusive")]
    [InlineData("""{"to":{"topic":"there"},"template":"by-mail"}""", "/data/word", "variable_missing")]
    [InlineData("""{"to":{"topic":"there"},"template":"none"}""", "/template", "template_unknown")]
    [InlineData("""{"to":{"topic":"there"},"template":"by-mail","priority":"urgent"}""", "/priority", "choice_invalid")]
    [InlineData("""{"template":"by-mail"}""", "/recipient", "required")]
    public async Task What_is_wrong_is_named_and_nothing_is_stored(string body, string pointer, string code)
    {
        var tenant = await TenantAsync();
        await tenant.Live.ReadAsync(HttpMethod.Put, $"{Topics}/there", new { name = "T" }, HttpStatusCode.Created);

        var problem = await tenant.Live.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", body, HttpStatusCode.UnprocessableEntity);

        problem.GetProperty("errors").EnumerateArray().Select(error => (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString())).ShouldContain((pointer, code));
        (await service.Database.ScalarAsync<long>($"select count(*) from topic_sends where tenant_id = '{tenant.Admin.Tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task What_it_may_hold_and_how_many_go_on_at_once_is_bounded()
    {
        var tenant = await TenantAsync();
        await SubscribeAsync(tenant.Live, "there", "a");
        var large = await tenant.Live.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send", new { to = new { topic = "there" }, template = "by-mail", data = new { word = new string('x', TopicSendIntake.MaxBytes) } }, HttpStatusCode.UnprocessableEntity);
        await service.Database.ExecuteAsync($$"""
            insert into topic_sends (tenant_id, id, account_id, live, topics, from_keys, before_keys, several, settings, leased_until, created_at)
            select '{{tenant.Admin.Tenant}}', gen_random_uuid(), gen_random_uuid(), true, '{}', '{}', '{}', false, '{}', 'infinity', now() from generate_series(1, {{TopicSendIntake.MaxRunning}})
            """);

        using var response = await tenant.Live.SendAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", Send("there"));

        large.GetProperty("errors")[0].GetProperty("code").GetString().ShouldBe("too_large");
        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        (await response.Content.ReadAsStringAsync()).ShouldContain("too_many_topic_sends");
        response.Headers.RetryAfter.ShouldNotBeNull();
    }

    private static object Send(params string[] topics) => new { to = new { topic = topics is [var only] ? (object)only : topics }, channel = "in_app", content = new { title = "Water", body = "None from ten to eleven" } };

    private static string Later() => TimeProvider.System.GetUtcNow().AddHours(3).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private async Task<DirectoryTenant> TenantAsync()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await tenant.Person.CreateProviderAsync(new { channel = "in_app", type = "in_app", name = "in_app" });
        await tenant.Person.CreateProviderAsync(new { channel = "email", type = "sandbox", name = "email" });
        await tenant.Person.PublishTemplateAsync("by-mail", new { key = "by-mail", name = "By mail", contents = new { email = new { en = new { subject = "{{word}}", html = "<p>{{word}}</p>", text = "{{word}}" } } } });
        return tenant;
    }

    private static async Task SubscribeAsync(ApiClient api, string key, params string[] userIds)
    {
        (await api.SendAsync(HttpMethod.Put, $"{Topics}/{key}", new { name = "T", category = "product-news" })).Dispose();
        await api.ReadAsync(HttpMethod.Post, $"{Topics}/{key}/subscribers", new { userIds });
    }

    private static async Task<string[]> ReachedAsync(ApiClient api, object send)
    {
        var response = await api.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", send, HttpStatusCode.Accepted);
        await CompletedAsync(api, response);
        var reached = new List<string>();
        foreach (var item in await ItemsAsync(api, response))
            reached.Add($"{item.GetProperty("recipient").GetProperty("userId").GetString()} {(await api.NotificationAsync(item.GetProperty("id").GetGuid())).GetProperty("topic").GetString()}");
        return [.. reached.Order(StringComparer.Ordinal)];
    }

    private static async Task<JsonElement[]> ItemsAsync(ApiClient api, JsonElement response) =>
        [.. (await api.GetAsync($"{ApiClient.Notifications}/batches/{response.GetProperty("batchId").GetString()}/notifications?limit=100")).GetProperty("items").EnumerateArray()];

    private static Task<JsonElement> CompletedAsync(ApiClient api, JsonElement response) => Eventually.ValueAsync(
        () => api.GetAsync($"{ApiClient.Notifications}/batches/{response.GetProperty("batchId").GetString()}"), batch => batch.GetProperty("status").GetString() == "completed", Ample);
}
