using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Inbox;

/// <summary>A person's inbox over HTTP, from the send to the last change.</summary>
public sealed class InboxApiTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Inbox = "/api/v1/users/me/notifications";

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task What_is_sent_in_app_stands_in_the_inbox_and_reading_it_makes_its_delivery_read()
    {
        var (backend, person) = await PersonAsync();
        var sent = await SendAsync(backend, person.UserId, "Your order", """{"order":"A-1009"}""");

        var item = await ArrivedAsync(person, sent.Item);
        (item.GetProperty("title").GetString(), item.GetProperty("body").GetString(), item.GetProperty("status").GetString(), item.GetProperty("priority").GetString(), item.GetProperty("seen").GetBoolean())
            .ShouldBe(("Your order", "It is on its way", "unread", "normal", false));
        item.GetProperty("data").GetProperty("order").GetString().ShouldBe("A-1009");
        (await CountsAsync(person)).ShouldBe((1, 1));

        var read = await person.Api.ReadAsync(HttpMethod.Patch, $"{Inbox}/{sent.Item}/read");

        (read.GetProperty("status").GetString(), read.GetProperty("readAt").ValueKind).ShouldBe(("read", JsonValueKind.String));
        (await CountsAsync(person)).ShouldBe((0, 0));
        await Eventually.TrueAsync(async () => (await backend.NotificationAsync(sent.Notification)).GetProperty("deliveries")[0].GetProperty("status").GetString() == "read", Ample);
        var steps = (await backend.TimelineAsync(sent.Notification)).GetProperty("items").EnumerateArray().Select(step => step.GetProperty("status").GetString()).ToList();
        steps[^2..].ShouldBe(["delivered", "read"]);
    }

    [Fact]
    public async Task Unread_archived_snoozed_and_deleted_change_the_item_and_the_counts_and_nothing_else()
    {
        var (backend, person) = await PersonAsync();
        var sent = await SendAsync(backend, person.UserId, "One");
        await ArrivedAsync(person, sent.Item);
        var path = $"{Inbox}/{sent.Item}";

        await person.Api.ReadAsync(HttpMethod.Post, $"{Inbox}/seen");
        (await CountsAsync(person)).ShouldBe((1, 0));
        (await person.Api.GetAsync(path)).GetProperty("seen").GetBoolean().ShouldBeTrue();
        (await person.Api.ReadAsync(HttpMethod.Patch, $"{path}/archive")).GetProperty("status").GetString().ShouldBe("archived");
        (await CountsAsync(person)).ShouldBe((0, 0));
        (await ListAsync(person)).ShouldBeEmpty();
        (await ListAsync(person, "?status=archived")).ShouldBe([sent.Item]);
        (await person.Api.ReadAsync(HttpMethod.Patch, $"{path}/unarchive")).GetProperty("status").GetString().ShouldBe("unread");
        var until = DateTimeOffset.UtcNow.AddHours(1);
        (await person.Api.ReadAsync(HttpMethod.Patch, $"{path}/snooze", new { until })).GetProperty("snoozedUntil").GetDateTimeOffset().ShouldBe(until, TimeSpan.FromMilliseconds(1));
        (await ListAsync(person)).ShouldBeEmpty();
        (await ListAsync(person, "?status=snoozed")).ShouldBe([sent.Item]);
        (await person.Api.ReadAsync(HttpMethod.Patch, $"{path}/unread")).GetProperty("snoozedUntil").ValueKind.ShouldBe(JsonValueKind.Null);
        (await CountsAsync(person)).Unread.ShouldBe(1);

        using (var deleted = await person.Api.SendAsync(HttpMethod.Delete, path))
            deleted.StatusCode.ShouldBe(HttpStatusCode.NoContent);

        (await CountsAsync(person)).ShouldBe((0, 0));
        (await person.Api.SendAsync(HttpMethod.Get, path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await person.Api.SendAsync(HttpMethod.Delete, path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await person.Api.SendAsync(HttpMethod.Patch, $"{path}/read")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await backend.NotificationAsync(sent.Notification)).GetProperty("deliveries")[0].GetProperty("status").GetString().ShouldBe("delivered");
    }

    [Fact]
    public async Task A_device_that_was_away_catches_up_in_pages_and_learns_what_was_deleted()
    {
        var (backend, person) = await PersonAsync();
        var items = new List<Guid>();
        for (var i = 0; i < 5; i++)
            items.Add((await SendAsync(backend, person.UserId, $"Item {i}")).Item);
        foreach (var item in items)
            await ArrivedAsync(person, item);

        var first = await person.Api.GetAsync($"{Inbox}/changes?limit=2");
        var (known, cursor) = (Apply([], first), first.GetProperty("cursor").GetString());
        first.GetProperty("hasMore").GetBoolean().ShouldBeTrue();
        await person.Api.ReadAsync(HttpMethod.Delete, Inbox, new { ids = new[] { items[0], items[4] } });
        await person.Api.ReadAsync(HttpMethod.Post, $"{Inbox}/read", new { ids = new[] { items[1], Guid.NewGuid() } });
        while (true)
        {
            var page = await person.Api.GetAsync($"{Inbox}/changes?since={cursor}&limit=2");
            page.GetProperty("reset").GetBoolean().ShouldBeFalse();
            (known, cursor) = (Apply(known, page), page.GetProperty("cursor").GetString());
            if (!page.GetProperty("hasMore").GetBoolean())
                break;
        }

        known.OrderBy(entry => entry.Key).ShouldBe(new Dictionary<Guid, string> { [items[1]] = "read", [items[2]] = "unread", [items[3]] = "unread" }.OrderBy(entry => entry.Key));
        (await person.Api.GetAsync($"{Inbox}/changes?since={cursor}")).GetProperty("items").GetArrayLength().ShouldBe(0);
        (await person.Api.GetAsync($"{Inbox}/changes?since=9999999")).GetProperty("reset").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Of_two_devices_the_later_decision_stands_and_a_clock_that_runs_ahead_gains_nothing()
    {
        var (backend, person) = await PersonAsync();
        var item = (await SendAsync(backend, person.UserId, "One")).Item;
        await ArrivedAsync(person, item);
        await person.Api.ReadAsync(HttpMethod.Patch, $"{Inbox}/{item}/read");
        var stranger = Guid.NewGuid();

        var early = await SyncAsync(person, (item, "unread", DateTimeOffset.UtcNow.AddHours(-2)), (item, "archive", DateTimeOffset.UtcNow), (stranger, "read", DateTimeOffset.UtcNow));
        early.GetProperty("ignored").EnumerateArray().Select(entry => (entry.GetProperty("id").GetGuid(), entry.GetProperty("reason").GetString())).ShouldBe([(item, "decided_later"), (stranger, "not_found")]);
        (await person.Api.GetAsync($"{Inbox}/{item}")).GetProperty("status").GetString().ShouldBe("archived");

        await SyncAsync(person, (item, "unread", DateTimeOffset.UtcNow.AddYears(3)), (item, "unarchive", DateTimeOffset.UtcNow.AddYears(3)));
        (await person.Api.GetAsync($"{Inbox}/{item}")).GetProperty("status").GetString().ShouldBe("unread");
        await person.Api.ReadAsync(HttpMethod.Patch, $"{Inbox}/{item}/read");
        (await person.Api.GetAsync($"{Inbox}/{item}")).GetProperty("status").GetString().ShouldBe("read");
    }

    [Fact]
    public async Task Everything_or_a_category_is_read_or_deleted_in_one_call_and_lists_go_page_by_page()
    {
        var (backend, person) = await PersonAsync();
        var items = new List<Guid>();
        for (var i = 0; i < 6; i++)
            items.Add((await SendAsync(backend, person.UserId, $"Item {i}", category: i % 2 == 0 ? "news" : "orders")).Item);
        foreach (var item in items)
            await ArrivedAsync(person, item);

        (await person.Api.ReadAsync(HttpMethod.Post, $"{Inbox}/mark-all-read", new { category = "news" })).GetProperty("changed").GetInt32().ShouldBe(3);
        (await CountsAsync(person)).Unread.ShouldBe(3);
        (await ListAsync(person, "?status=unread&category=orders")).Count.ShouldBe(3);
        (await ListAsync(person, "?status=unread&category=news")).ShouldBeEmpty();
        var walked = new List<Guid>();
        for (var cursor = ""; cursor is not null;)
        {
            var page = await person.Api.GetAsync($"{Inbox}?limit=4&cursor={cursor}");
            walked.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid()));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }

        walked.Order().ShouldBe(items.Order());
        (await person.Api.GetAsync($"{Inbox}?limit=4")).GetProperty("pagination").GetProperty("total").GetInt32().ShouldBe(6);
        (await person.Api.ReadAsync(HttpMethod.Post, $"{Inbox}/mark-all-read")).GetProperty("unread").GetInt32().ShouldBe(0);
        (await person.Api.ReadAsync(HttpMethod.Delete, Inbox, new { filter = new { status = "read", category = "orders" } })).GetProperty("changed").GetInt32().ShouldBe(3);
        (await ListAsync(person)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task Nobody_but_the_person_gets_at_it()
    {
        var (backend, person) = await PersonAsync();
        var (_, stranger) = await PersonAsync();
        var neighbour = await PersonAsync(backend, "neighbour");
        var item = (await SendAsync(backend, person.UserId, "Private")).Item;
        await ArrivedAsync(person, item);

        foreach (var other in (Person[])[stranger, neighbour])
        {
            (await other.Api.SendAsync(HttpMethod.Get, $"{Inbox}/{item}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await other.Api.SendAsync(HttpMethod.Patch, $"{Inbox}/{item}/read")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await other.Api.ReadAsync(HttpMethod.Post, $"{Inbox}/read", new { ids = new[] { item } })).GetProperty("changed").GetInt32().ShouldBe(0);
            (await other.Api.GetAsync($"{Inbox}/changes")).GetProperty("items").GetArrayLength().ShouldBe(0);
        }

        (await backend.SendAsync(HttpMethod.Get, Inbox)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await CountsAsync(person)).ShouldBe((1, 1));
    }

    [Fact]
    public async Task What_a_test_account_sends_reaches_no_inbox_and_its_tokens_open_none()
    {
        var admin = await service.RegisterAsync();
        var live = await AccountAsync(admin, "live");
        var test = await AccountAsync(admin, "test");
        var person = await PersonAsync(live, "ann");
        var sent = await SendAsync(test, "ann", "A test");
        await Eventually.TrueAsync(async () => (await test.NotificationAsync(sent.Notification)).GetProperty("status").GetString() is "delivered" or "sent", Ample);

        (await CountsAsync(person)).ShouldBe((0, 0));
        (await ListAsync(person)).ShouldBeEmpty();
        using var refused = await (await PersonAsync(test, "ann")).Api.SendAsync(HttpMethod.Get, Inbox);
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await SignInService.ReadAsync(refused)).GetProperty("detail").GetString()!.ShouldContain("test account");
    }

    [Fact]
    public async Task The_calls_of_a_person_that_wait_for_each_other_hold_up_nobody_else()
    {
        var (backend, person) = await PersonAsync();
        var neighbour = await PersonAsync(backend, "neighbour");
        var item = (await SendAsync(backend, person.UserId, "One")).Item;
        await ArrivedAsync(person, item);
        var others = (await SendAsync(backend, neighbour.UserId, "Two")).Item;
        await ArrivedAsync(neighbour, others);
        await using var connection = await service.Database.Superuser.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var hold = new Npgsql.NpgsqlCommand($"select from inbox_users where (tenant_id, user_id) = (select tenant_id, user_id from inbox_items where id = '{item}') for update", connection, transaction))
            await hold.ExecuteNonQueryAsync();

        // Three times as many as a process has connections.
        var waiting = Enumerable.Range(0, 60).Select(i => person.Api.SendAsync(HttpMethod.Patch, $"{Inbox}/{item}/{(i % 2 == 0 ? "read" : "unread")}")).ToList();
        await Eventually.TrueAsync(async () => await service.Database.ScalarAsync<long>("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%inbox_users%'") > 0, Ample);
        for (var i = 0; i < 20; i++)
            await neighbour.Api.ReadAsync(HttpMethod.Patch, $"{Inbox}/{others}/read");

        waiting.ShouldAllBe(call => !call.IsCompleted);
        await transaction.RollbackAsync();
        foreach (var response in await Task.WhenAll(waiting))
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("POST", "/read", "{}", "/ids")]
    [InlineData("POST", "/read", """{"ids":[]}""", "/ids")]
    [InlineData("POST", "/sync", """{"operations":[{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a05","action":"paint","at":"2026-11-22T09:00:00Z"}]}""", "/operations/0/action")]
    [InlineData("POST", "/sync", """{"operations":[null]}""", "/operations/0/id")]
    [InlineData("POST", "/sync", """{"operations":[{"id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a05","action":"read"}]}""", "/operations/0/at")]
    [InlineData("POST", "/mark-all-read", """{"category":""}""", "/category")]
    [InlineData("DELETE", "", """{"ids":["01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a05"],"filter":{}}""", "/filter")]
    [InlineData("DELETE", "", """{"filter":{"status":"gone"}}""", "/filter/status")]
    [InlineData("DELETE", "", "{}", "/ids")]
    [InlineData("PATCH", "/01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a05/snooze", """{"until":"2001-01-01T00:00:00Z"}""", "/until")]
    [InlineData("GET", "/changes?since=-1", null, "/query/since")]
    [InlineData("GET", "/changes?since=99999999999999999999", null, "/query/since")]
    [InlineData("GET", "?status=gone", null, "/query/status")]
    [InlineData("GET", "?before=yesterday", null, "/query/before")]
    [InlineData("GET", "?cursor=abc", null, "/query/cursor")]
    public async Task Bad_input_is_refused_with_the_field_that_is_wrong(string method, string path, string? body, string pointer)
    {
        var (_, person) = await PersonAsync();

        using var response = await person.Api.SendAsync(new HttpMethod(method), Inbox + path, body);

        ((int)response.StatusCode).ShouldBeInRange(400, 422);
        (await SignInService.ReadAsync(response)).GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe(pointer);
    }

    private sealed record Person(string UserId, ApiClient Api);

    private async Task<(ApiClient Backend, Person Person)> PersonAsync()
    {
        var backend = await AccountAsync(await service.RegisterAsync(), "live");
        return (backend, await PersonAsync(backend, "ann"));
    }

    private static async Task<Person> PersonAsync(ApiClient backend, string userId) =>
        new(userId, backend.As((await backend.ReadAsync(HttpMethod.Post, $"/api/v1/services/recipients/{userId}/tokens")).GetProperty("accessToken").GetString()));

    private async Task<ApiClient> AccountAsync(SignInService.Person admin, string mode)
    {
        var account = await service.CreateAccountAsync(admin, new { name = mode, scopes = new[] { "notifications:send", "notifications:read", "recipients:write" }, mode });
        return service.As(await service.TokenAsync(account.ClientId, account.ClientSecret));
    }

    private static async Task<(Guid Notification, Guid Item)> SendAsync(ApiClient backend, string userId, string title, string metadata = "{}", string category = "shipping")
    {
        var sent = await backend.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send",
            $$"""{"channel":"in_app","recipient":{"userId":"{{userId}}"},"content":{"title":"{{title}}","body":"It is on its way"},"metadata":{{metadata}},"category":"{{category}}"}""", HttpStatusCode.Accepted);
        return (sent.GetProperty("id").GetGuid(), sent.GetProperty("deliveries")[0].GetProperty("id").GetGuid());
    }

    private static async Task<JsonElement> ArrivedAsync(Person person, Guid item)
    {
        await Eventually.TrueAsync(async () => (await person.Api.SendAsync(HttpMethod.Get, $"{Inbox}/{item}")).StatusCode == HttpStatusCode.OK, Ample);
        return await person.Api.GetAsync($"{Inbox}/{item}");
    }

    private static async Task<(int Unread, int Unseen)> CountsAsync(Person person)
    {
        var counts = await person.Api.GetAsync($"{Inbox}/unread-count");
        return (counts.GetProperty("unread").GetInt32(), counts.GetProperty("unseen").GetInt32());
    }

    private static async Task<List<Guid>> ListAsync(Person person, string query = "") =>
        [.. (await person.Api.GetAsync(Inbox + query)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid())];

    private static Task<JsonElement> SyncAsync(Person person, params (Guid Id, string Action, DateTimeOffset At)[] operations) =>
        person.Api.ReadAsync(HttpMethod.Post, $"{Inbox}/sync", new { operations = operations.Select(operation => new { id = operation.Id, action = operation.Action, at = operation.At }) });

    /// <summary>As a client keeps them.</summary>
    private static Dictionary<Guid, string> Apply(Dictionary<Guid, string> known, JsonElement changes)
    {
        foreach (var item in changes.GetProperty("items").EnumerateArray())
            known[item.GetProperty("id").GetGuid()] = item.GetProperty("status").GetString()!;
        foreach (var id in changes.GetProperty("deleted").EnumerateArray())
            known.Remove(id.GetGuid());
        return known;
    }
}
