using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;
using NotificationService.Topics;

namespace NotificationService.EndToEndTests.Recipients;

/// <summary>Topics over HTTP: what they are, who is subscribed, what is refused, and whose they are.</summary>
public sealed class TopicsApiTests(SignInInProcess running) : IClassFixture<SignInInProcess>
{
    private const string Root = "/api/v1/services/topics";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);

    private readonly SignInService service = running.Service;

    [Fact]
    public async Task A_topic_is_made_changed_shown_by_key_and_id_and_listed_below_another()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        var made = await PutAsync(tenant.Live, "building-7", new { name = "Building 7", category = "maintenance" });
        foreach (var key in (string[])["building-7%2Ffloor-2", "building-7%2ffloor-1", "building-7-old", "building-70", "building-7.1"])
            await PutAsync(tenant.Live, key, new { name = key });

        (made.GetProperty("key").GetString(), made.GetProperty("category").GetString(), made.GetProperty("subscribers").GetInt64()).ShouldBe(("building-7", "maintenance", 0));
        (await tenant.Live.GetAsync($"{Root}/building-7")).ToString().ShouldBe(made.ToString());
        (await tenant.Live.GetAsync($"{Root}/{made.GetProperty("id")}")).ToString().ShouldBe(made.ToString());
        (await tenant.Live.GetAsync($"{Root}/building-7%2Ffloor-2")).GetProperty("key").GetString().ShouldBe("building-7/floor-2");
        var changed = await PutAsync(tenant.Live, "building-7", new { name = "B 7" }, HttpStatusCode.OK);
        (changed.GetProperty("name").GetString(), changed.TryGetProperty("category", out _)).ShouldBe(("B 7", false));
        (await KeysAsync(tenant.Live, "")).ShouldBe(["building-7", "building-7-old", "building-7.1", "building-7/floor-1", "building-7/floor-2", "building-70"]);
        (await KeysAsync(tenant.Live, "?under=building-7")).ShouldBe(["building-7/floor-1", "building-7/floor-2"]);
        (await KeysAsync(tenant.Live, "?limit=2&page=2")).ShouldBe(["building-7.1", "building-7/floor-1"]);
        (await service.Database.ScalarAsync<string>($"select string_agg(action, ' ' order by id) from audit_log where tenant_id = '{tenant.Admin.Tenant}' and target = 'topic/{made.GetProperty("id")}'"))
            .ShouldBe("topic.created topic.changed");
    }

    [Fact]
    public async Task People_are_subscribed_and_unsubscribed_once_however_often_it_is_asked_and_counted()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await PutAsync(tenant.Live, "news", new { name = "News" });
        await PutAsync(tenant.Live, "news%2Fsport", new { name = "Sport" });

        (await ChangeAsync(tenant.Live, HttpMethod.Post, "news", ["c", "a", "b", "a"])).ShouldBe((3, ""));
        (await ChangeAsync(tenant.Live, HttpMethod.Post, "news", ["a", "d"])).ShouldBe((1, ""));
        (await ChangeAsync(tenant.Live, HttpMethod.Post, "news%2Fsport", ["a"])).ShouldBe((1, ""));
        (await ChangeAsync(tenant.Live, HttpMethod.Delete, "news", ["b", "nobody"])).ShouldBe((1, ""));
        (await ChangeAsync(tenant.Live, HttpMethod.Delete, "news", ["b"])).ShouldBe((0, ""));

        (await SubscribersAsync(tenant.Live, "news", 2)).ShouldBe(["a", "c", "d"]);
        (await tenant.Live.GetAsync($"{Root}/news")).GetProperty("subscribers").GetInt64().ShouldBe(3);
        (await TopicsOfAsync(tenant.Live, "a")).ShouldBe(["news News", "news/sport Sport"]);
        (await TopicsOfAsync(tenant.Live, "nobody")).ShouldBeEmpty();
        (await service.Database.ScalarAsync<long>($"select subscriptions from topic_directories where tenant_id = '{tenant.Admin.Tenant}'")).ShouldBe(4);
    }

    [Fact]
    public async Task Many_who_subscribe_the_same_people_at_once_count_each_of_them_once()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        foreach (var key in (string[])["one", "two"])
            await PutAsync(tenant.Live, key, new { name = key });
        string[] people = [.. Enumerable.Range(0, 300).Select(i => $"u-{i}")];

        for (var round = 0; round < 4; round++)
        {
            var calls = Enumerable.Range(0, 2).Select(async i => (await ChangeAsync(tenant.Live, HttpMethod.Post, i == 0 ? "one" : "two", people.Reverse())).Changed);
            (await Task.WhenAll(calls)).Sum().ShouldBe(600);
            var removals = Enumerable.Range(0, 2).Select(async _ => (await ChangeAsync(tenant.Live, HttpMethod.Delete, "one", people)).Changed);
            (await Task.WhenAll(removals)).Sum().ShouldBe(300);
            (await ChangeAsync(tenant.Live, HttpMethod.Delete, "two", people)).Changed.ShouldBe(300);
        }

        (await tenant.Live.GetAsync($"{Root}/one")).GetProperty("subscribers").GetInt64().ShouldBe(0);
        (await service.Database.ScalarAsync<long>($"select subscriptions from topic_directories where tenant_id = '{tenant.Admin.Tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task Of_many_the_bad_ones_are_named_and_a_key_gives_the_first_answer_again()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await PutAsync(tenant.Live, "news", new { name = "News" });
        await service.Database.ExecuteAsync(
            $"insert into topic_subscriptions (tenant_id, live, topic, user_id, created_at) select '{tenant.Admin.Tenant}', true, 't-' || g, 'full', now() from generate_series(1, {SubscriptionStore.MaxOfPerson}) g");
        var body = $$"""{"userIds":["a","","b\u0001",null,"{{new string('x', 129)}}","full"]}""";

        var response = await tenant.Live.ReadAsync(HttpMethod.Post, $"{Root}/news/subscribers", body, key: "people");
        await ChangeAsync(tenant.Live, HttpMethod.Delete, "news", ["a"]);
        using var again = await tenant.Live.SendAsync(HttpMethod.Post, $"{Root}/news/subscribers", body, "people");

        response.GetProperty("rejected").EnumerateArray().Select(one => $"{one.GetProperty("index")} {one.GetProperty("errors")[0].GetProperty("code")}")
            .ShouldBe(["1 user_id_invalid", "2 control_character", "3 user_id_invalid", "4 user_id_invalid", "5 too_many_topics"]);
        response.GetProperty("changed").GetInt32().ShouldBe(1);
        (await SignInService.ReadAsync(again)).ToString().ShouldBe(response.ToString());
        (await SubscribersAsync(tenant.Live, "news", 50)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("a%2F%2Fb", """{"name":"A"}""", "/path/key", "topic_key_invalid")]
    [InlineData("-a", """{"name":"A"}""", "/path/key", "topic_key_invalid")]
    [InlineData("a%20b", """{"name":"A"}""", "/path/key", "topic_key_invalid")]
    [InlineData("a%25b", """{"name":"A"}""", "/path/key", "topic_key_invalid")]
    [InlineData("1%2F2%2F3%2F4%2F5%2F6%2F7%2F8%2F9", """{"name":"A"}""", "/path/key", "topic_key_invalid")]
    [InlineData("a", "{}", "/name", "required")]
    [InlineData("a", """{"name":"two\nlines"}""", "/name", "control_character")]
    [InlineData("a", """{"name":"A","category":""}""", "/category", "text_invalid")]
    [InlineData("a", """{"name":"A","key":"b"}""", "/key", "unknown_property")]
    public async Task What_is_wrong_is_named_and_nothing_is_stored(string key, string body, string pointer, string code)
    {
        var tenant = await DirectoryTenant.CreateAsync(service);

        var problem = await tenant.Live.ReadAsync(HttpMethod.Put, $"{Root}/{key}", body, HttpStatusCode.UnprocessableEntity);

        problem.GetProperty("errors").EnumerateArray().Select(error => (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString())).ShouldContain((pointer, code));
        (await service.Database.ScalarAsync<long>($"select count(*) from topics where tenant_id = '{tenant.Admin.Tenant}'")).ShouldBe(0);
    }

    [Fact]
    public async Task Nobody_is_subscribed_to_what_is_not_there_and_the_number_of_topics_and_people_is_bounded()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        await tenant.Live.ReadAsync(HttpMethod.Post, $"{Root}/nothing/subscribers", new { userIds = new[] { "a" } }, HttpStatusCode.NotFound);
        await PutAsync(tenant.Live, "there", new { name = "There" });
        foreach (var body in (string[])["{}", """{"userIds":[]}""", $$"""{"userIds":[{{string.Join(',', Enumerable.Repeat("\"a\"", SubscriptionStore.MaxTogether + 1))}}]}"""])
            await tenant.Live.ReadAsync(HttpMethod.Post, $"{Root}/there/subscribers", body, HttpStatusCode.UnprocessableEntity);
        await service.Database.ExecuteAsync($"""
            insert into topics (tenant_id, live, key, id, name, created_at, updated_at)
            select '{tenant.Admin.Tenant}', true, 't-' || g, gen_random_uuid(), 'T', now(), now() from generate_series(2, {Topic.MaxOfMode}) g;
            insert into topic_directories (tenant_id, live, subscriptions) values ('{tenant.Admin.Tenant}', true, {SubscriptionStore.MaxOfMode})
            """);

        (await tenant.Live.ReadAsync(HttpMethod.Put, $"{Root}/one-more", new { name = "T" }, HttpStatusCode.UnprocessableEntity)).GetProperty("code").GetString().ShouldBe("topic_limit");
        (await tenant.Live.ReadAsync(HttpMethod.Post, $"{Root}/there/subscribers", new { userIds = new[] { "a" } }, HttpStatusCode.UnprocessableEntity)).GetProperty("code").GetString().ShouldBe("subscription_limit");
        (await service.Database.ScalarAsync<long>($"select count(*) from topic_subscriptions where tenant_id = '{tenant.Admin.Tenant}'")).ShouldBe(0);
        await PutAsync(tenant.Test, "one-more", new { name = "Of the other mode" });
    }

    [Fact]
    public async Task A_topic_that_is_removed_is_gone_at_once_and_its_key_is_free_when_its_subscriptions_have_gone()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        foreach (var key in (string[])["gone", "gone%2Fbelow"])
        {
            await PutAsync(tenant.Live, key, new { name = key });
            await ChangeAsync(tenant.Live, HttpMethod.Post, key, Enumerable.Range(0, 4_500).Select(i => $"u-{i}"));
        }

        await tenant.Live.ReadAsync(HttpMethod.Delete, $"{Root}/gone", expected: HttpStatusCode.NoContent);
        await tenant.Live.ReadAsync(HttpMethod.Delete, $"{Root}/gone", expected: HttpStatusCode.NotFound);
        await tenant.Live.ReadAsync(HttpMethod.Get, $"{Root}/gone", expected: HttpStatusCode.NotFound);
        await tenant.Live.ReadAsync(HttpMethod.Post, $"{Root}/gone/subscribers", new { userIds = new[] { "a" } }, HttpStatusCode.NotFound);
        (await KeysAsync(tenant.Live, "")).ShouldBe(["gone/below"]);
        (await TopicsOfAsync(tenant.Live, "u-7")).ShouldBe(["gone/below gone%2Fbelow"]);

        await Eventually.TrueAsync(async () =>
        {
            using var response = await tenant.Live.SendAsync(HttpMethod.Put, $"{Root}/gone", new { name = "Anew" });
            return response.StatusCode == HttpStatusCode.Created;
        }, Ample);
        (await SubscribersAsync(tenant.Live, "gone", 50)).ShouldBeEmpty();
        (await service.Database.ScalarAsync<long>($"select subscriptions from topic_directories where tenant_id = '{tenant.Admin.Tenant}'")).ShouldBe(4_500);
    }

    [Fact]
    public async Task A_mode_has_topics_and_subscribers_of_its_own()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        var live = await PutAsync(tenant.Live, "news", new { name = "Live" });
        await ChangeAsync(tenant.Live, HttpMethod.Post, "news", ["a"]);

        foreach (var key in (string[])["news", live.GetProperty("id").GetString()!])
        {
            await tenant.Test.ReadAsync(HttpMethod.Get, $"{Root}/{key}", expected: HttpStatusCode.NotFound);
            await tenant.Test.ReadAsync(HttpMethod.Get, $"{Root}/{key}/subscribers", expected: HttpStatusCode.NotFound);
            await tenant.Test.ReadAsync(HttpMethod.Delete, $"{Root}/{key}", expected: HttpStatusCode.NotFound);
            await tenant.Test.ReadAsync(HttpMethod.Post, $"{Root}/{key}/subscribers", new { userIds = new[] { "b" } }, HttpStatusCode.NotFound);
        }

        await PutAsync(tenant.Test, "news", new { name = "Test" });
        (await SubscribersAsync(tenant.Test, "news", 50)).ShouldBeEmpty();
        (await TopicsOfAsync(tenant.Test, "a")).ShouldBeEmpty();
        (await tenant.Person.GetAsync($"{Root}/news")).GetProperty("name").GetString().ShouldBe("Live");
        (await tenant.Person.GetAsync($"{Root}/news?mode=test")).GetProperty("name").GetString().ShouldBe("Test");
    }

    [Fact]
    public async Task A_cursor_of_another_list_or_of_nobody_is_refused()
    {
        var tenant = await DirectoryTenant.CreateAsync(service);
        foreach (var key in (string[])["one", "two"])
        {
            await PutAsync(tenant.Live, key, new { name = key });
            await ChangeAsync(tenant.Live, HttpMethod.Post, key, ["a", "b", "ç", "𝄞"]);
        }

        var cursor = (await tenant.Live.GetAsync($"{Root}/one/subscribers?limit=1")).GetProperty("nextCursor").GetString();
        (await SubscribersAsync(tenant.Live, "one", 1)).ShouldBe(["a", "b", "ç", "𝄞"]);
        foreach (var wrong in (string[])[$"two/subscribers?cursor={cursor}", "one/subscribers?cursor=x", $"one/subscribers?cursor={new string('A', 600)}", "one/subscribers?cursor=%00"])
            await tenant.Live.ReadAsync(HttpMethod.Get, $"{Root}/{wrong}", expected: HttpStatusCode.UnprocessableEntity);
    }

    private static Task<JsonElement> PutAsync(ApiClient api, string key, object body, HttpStatusCode expected = HttpStatusCode.Created) => api.ReadAsync(HttpMethod.Put, $"{Root}/{key}", body, expected);

    private static async Task<(int Changed, string Rejected)> ChangeAsync(ApiClient api, HttpMethod method, string key, IEnumerable<string> userIds)
    {
        var response = await api.ReadAsync(method, $"{Root}/{key}/subscribers", new { userIds });
        return (response.GetProperty("changed").GetInt32(), string.Join(' ', response.GetProperty("rejected").EnumerateArray()));
    }

    private static async Task<string[]> KeysAsync(ApiClient api, string query) => [.. (await api.GetAsync($"{Root}{query}")).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("key").GetString()!)];

    private static async Task<List<string>> SubscribersAsync(ApiClient api, string key, int limit)
    {
        var (found, cursor) = (new List<string>(), "");
        do
        {
            var page = await api.GetAsync($"{Root}/{key}/subscribers?limit={limit}&cursor={cursor}");
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("userId").GetString()!));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);
        return found;
    }

    private static async Task<string[]> TopicsOfAsync(ApiClient api, string userId) =>
        [.. (await api.GetAsync($"/api/v1/services/recipients/{userId}/topics")).GetProperty("items").EnumerateArray().Select(item => $"{item.GetProperty("key").GetString()} {item.GetProperty("name").GetString()}")];
}
