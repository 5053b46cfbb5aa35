using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Realtime;

/// <summary>What reaches people while they are connected, over two nodes of one database.</summary>
public sealed class StreamTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Inbox = "/api/v1/users/me/notifications";
    private const string Publish = "/api/v1/services/events";

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task What_is_sent_and_what_is_done_on_another_node_reaches_an_open_stream_with_the_right_counts()
    {
        await using var other = await service.StartInProcessAsync();
        var (backend, person) = await PersonAsync();
        await using var stream = await EventStream.OpenAsync(service.Client.BaseAddress!, person.Token);
        (await stream.UntilAsync(one => one.Type == "unread_count.changed", Ample)).Data.GetProperty("unread").GetInt32().ShouldBe(0);
        stream.Retry!.Value.ShouldBeInRange(1_000, 5_000);

        var item = await SendAsync(backend.At(other.Client), "ann");

        var created = await stream.UntilAsync(one => one.Type == "notification.created", Ample);
        created.Data.GetProperty("id").GetGuid().ShouldBe(item);
        await stream.UntilAsync(one => one.Type == "unread_count.changed" && one.Data.GetProperty("unread").GetInt32() == 1, Ample);
        await person.At(other.Client).ReadAsync(HttpMethod.Patch, $"{Inbox}/{item}/read");
        (await stream.UntilAsync(one => one.Type == "notification.updated", Ample)).Data.GetProperty("status").GetString().ShouldBe("read");
        await person.At(other.Client).SendAsync(HttpMethod.Delete, $"{Inbox}/{item}");
        (await stream.UntilAsync(one => one.Type == "notification.deleted", Ample)).Data.GetProperty("id").GetGuid().ShouldBe(item);
    }

    [Fact]
    public async Task Whoever_comes_back_with_the_last_id_is_given_what_it_missed_once_and_in_order()
    {
        await using var other = await service.StartInProcessAsync();
        var (backend, person) = await PersonAsync();
        string? last;
        await using (var first = await EventStream.OpenAsync(service.Client.BaseAddress!, person.Token))
        {
            await first.UntilAsync(one => one.Type == "unread_count.changed", Ample);
            await PublishAsync(backend, "step.before", new { users = new[] { "ann" } });
            await first.UntilAsync(one => one.Type == "step.before", Ample);
            last = first.LastId;
        }

        var item = await SendAsync(backend, "ann");
        for (var i = 0; i < 5; i++)
            await PublishAsync(backend, "step.missed", new { users = new[] { "ann" } }, new { i });
        await PublishAsync(backend, "step.missed", new { users = new[] { "bob" } }, new { i = 99 });
        await Eventually.TrueAsync(async () => (await person.SendAsync(HttpMethod.Get, $"{Inbox}/{item}")).StatusCode == HttpStatusCode.OK, Ample);

        await using var second = await EventStream.OpenAsync(other.Client.BaseAddress!, person.Token, last);
        await PublishAsync(backend, "step.after", new { users = new[] { "ann" } });

        await second.UntilAsync(one => one.Type == "step.after", Ample);
        await second.UntilAsync(one => one.Type == "notification.created", Ample);
        second.Events.Where(one => one.Type == "step.missed").Select(one => one.Data.GetProperty("i").GetInt32()).ShouldBe(Enumerable.Range(0, 5));
        second.Events.ShouldNotContain(one => one.Type == "step.before");
        second.Events.Count(one => one.Type == "notification.created").ShouldBe(1);
        using var bad = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/users/me/events", UriKind.Relative)) { Headers = { { "Last-Event-ID", "what" }, { "Authorization", $"Bearer {person.Token}" } } };
        (await service.Client.SendAsync(bad)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Whoever_missed_more_than_is_looked_through_begins_anew()
    {
        var (backend, person) = await PersonAsync();
        await PublishAsync(backend, "step.first", new { users = new[] { "ann" } });
        var tenant = await service.Database.ScalarAsync<Guid>("select tenant_id from realtime_events where type = 'step.first' order by created_at desc limit 1");
        await service.Database.ScalarAsync<long>(
            $"""
            with published as (
                insert into realtime_events (tenant_id, sequence, id, type, audience, data, created_at)
                select tenant_id, sequence + n, gen_random_uuid(), 'step.missed', audience, data, created_at from realtime_events, generate_series(1, 10001) n where tenant_id = '{tenant}' and type = 'step.first' returning sequence)
            update realtime_heads set sequence = (select max(sequence) from published) where tenant_id = '{tenant}' returning sequence
            """);

        await using var stream = await EventStream.OpenAsync(service.Client.BaseAddress!, person.Token, "0-0");

        await stream.UntilAsync(one => one.Type == "reset", Ample);
        await PublishAsync(backend, "step.last", new { users = new[] { "ann" } });
        await stream.UntilAsync(one => one.Type == "step.last", Ample);
        stream.Events.ShouldNotContain(one => one.Type == "step.missed");
    }

    [Fact]
    public async Task An_idle_stream_moves_on_past_what_was_published_for_others()
    {
        var (backend, person) = await PersonAsync();
        await using var stream = await EventStream.OpenAsync(service.Client.BaseAddress!, person.Token);
        await stream.UntilAsync(one => one.Type == "unread_count.changed", Ample);
        var before = stream.LastId;

        await PublishAsync(backend, "step.other", new { users = new[] { "bob" } });

        await Eventually.TrueAsync(() => stream.LastId != before, Ample);
        (stream.Events.Count, stream.Comments > 0).ShouldBe((1, true));
    }

    [Fact]
    public async Task An_event_reaches_those_whom_its_audience_names_and_nobody_else()
    {
        var (backend, ann) = await PersonAsync("ann", ["landlord", "customer:42"]);
        var bob = await TokenAsync(backend, "bob", ["landlord", "customer:7"], ["building-7"]);
        var cid = await TokenAsync(backend, "cid", ["tenant-of:42"], []);
        var (_, stranger) = await PersonAsync("ann", ["landlord", "customer:42"]);
        var streams = new Dictionary<string, EventStream>
        {
            ["ann"] = await EventStream.OpenAsync(service.Client.BaseAddress!, ann.Token),
            ["bob"] = await EventStream.OpenAsync(service.Client.BaseAddress!, bob.Token),
            ["cid"] = await EventStream.OpenAsync(service.Client.BaseAddress!, cid.Token),
            ["stranger"] = await EventStream.OpenAsync(service.Client.BaseAddress!, stranger.Token),
        };
        foreach (var stream in streams.Values)
            await stream.UntilAsync(one => one.Type == "unread_count.changed", Ample);

        await PublishAsync(backend, "to.both_groups", new { groups = new[] { "landlord", "customer:42" } });
        await PublishAsync(backend, "to.landlords", new { groups = new[] { "landlord" } });
        await PublishAsync(backend, "to.room", new { rooms = new[] { "building-7", "user:cid" } });
        await PublishAsync(backend, "to.some_users", new { users = new[] { "ann", "cid" } });
        await PublishAsync(backend, "to.either", new object[] { new { users = new[] { "bob" } }, new { groups = new[] { "tenant-of:42" } } });
        await PublishAsync(backend, "to.users_in_group", new { users = new[] { "ann", "bob" }, groups = new[] { "customer:7" } });
        await PublishAsync(backend, "to.role", new { roles = new[] { "user" } });
        await PublishAsync(backend, "to.nobody", new { roles = new[] { "admin" } });
        await PublishAsync(backend, "to.all", new { tenant = true });

        foreach (var name in (string[])["ann", "bob", "cid"])
            await streams[name].UntilAsync(one => one.Type == "to.all", Ample);
        Received("ann").ShouldBe(["to.both_groups", "to.landlords", "to.some_users", "to.role", "to.all"]);
        Received("bob").ShouldBe(["to.landlords", "to.room", "to.either", "to.users_in_group", "to.role", "to.all"]);
        Received("cid").ShouldBe(["to.room", "to.some_users", "to.either", "to.role", "to.all"]);
        Received("stranger").ShouldBeEmpty();
        foreach (var stream in streams.Values)
            await stream.DisposeAsync();

        IEnumerable<string> Received(string name) => streams[name].Events.Select(one => one.Type).Where(type => type.StartsWith("to.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ticket_opens_one_stream_at_any_node_and_no_second_one()
    {
        await using var other = await service.StartInProcessAsync();
        var (_, person) = await PersonAsync();
        var ticket = (await person.ReadAsync(HttpMethod.Post, "/api/v1/users/me/stream-tickets")).GetProperty("ticket").GetString()!;

        await using (var stream = await EventStream.OpenAsync(other.Client.BaseAddress!, token: null, ticket: ticket))
            await stream.UntilAsync(one => one.Type == "unread_count.changed", Ample);

        foreach (var wrong in (string[])[ticket, "abc", ticket[..^3] + "AAA", new string('A', 4_000)])
            (await service.Client.GetAsync(new Uri($"/api/v1/users/me/events?ticket={wrong}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var third = (await person.ReadAsync(HttpMethod.Post, "/api/v1/users/me/stream-tickets")).GetProperty("ticket").GetString()!;
        (await service.Client.GetAsync(new Uri($"{Inbox}?ticket={third}", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_stream_ends_with_its_token_and_when_its_account_is_disabled()
    {
        var admin = await service.RegisterAsync();
        var (backend, accountId) = await AccountAsync(admin);
        var shortLived = await TokenAsync(backend, "ann", [], [], ttl: 3);
        var revoked = await TokenAsync(backend, "bob", [], []);
        await using var first = await EventStream.OpenAsync(service.Client.BaseAddress!, shortLived.Token);
        await using var second = await EventStream.OpenAsync(service.Client.BaseAddress!, revoked.Token);
        await second.UntilAsync(one => one.Type == "unread_count.changed", Ample);

        await Eventually.TrueAsync(() => first.HasEnded, TimeSpan.FromSeconds(10));
        second.HasEnded.ShouldBeFalse();
        (await service.As(admin.AccessToken).SendAsync(HttpMethod.Post, $"/api/v1/admin/service-accounts/{accountId}/disable")).EnsureSuccessStatusCode();
        await Eventually.TrueAsync(() => second.HasEnded, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task One_person_has_so_many_streams_and_others_are_not_in_its_way()
    {
        var (backend, person) = await PersonAsync();
        var streams = new List<EventStream>();
        for (var i = 0; i < 20; i++)
            streams.Add(await EventStream.OpenAsync(service.Client.BaseAddress!, person.Token));

        using (var refused = await person.SendAsync(HttpMethod.Get, "/api/v1/users/me/events"))
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            (await SignInService.ReadAsync(refused)).GetProperty("code").GetString().ShouldBe("too_many_streams");
        }

        await using (await EventStream.OpenAsync(service.Client.BaseAddress!, (await TokenAsync(backend, "bob", [], [])).Token))
        {
            await streams[0].DisposeAsync();
            await Eventually.TrueAsync(
                async () =>
                {
                    try
                    {
                        streams[0] = await EventStream.OpenAsync(service.Client.BaseAddress!, person.Token);
                        return true;
                    }
                    catch (HttpRequestException)
                    {
                        return false;
                    }
                },
                Ample);
        }

        foreach (var stream in streams)
            await stream.DisposeAsync();
    }

    [Theory]
    [InlineData("""{"type":"ticket.created","audience":{}}""", "/audience")]
    [InlineData("""{"type":"ticket.created","audience":[]}""", "/audience")]
    [InlineData("""{"type":"ticket.created"}""", "/audience")]
    [InlineData("""{"type":"ticket.created","audience":{"users":[]}}""", "/audience/users")]
    [InlineData("""{"type":"ticket.created","audience":[{"users":["a"]},{"tenant":false}]}""", "/audience/1")]
    [InlineData("""{"type":"ticket","audience":{"tenant":true}}""", "/type")]
    [InlineData("""{"type":"ticket.created\nid: 7","audience":{"tenant":true}}""", "/type")]
    [InlineData("""{"type":"notification.created","audience":{"tenant":true}}""", "/type")]
    public async Task An_event_that_is_none_is_refused_with_the_field_that_is_wrong(string body, string pointer)
    {
        var (backend, _) = await PersonAsync();

        using var response = await backend.SendAsync(HttpMethod.Post, Publish, body);

        ((int)response.StatusCode).ShouldBeInRange(400, 422);
        (await SignInService.ReadAsync(response)).GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe(pointer);
    }

    [Fact]
    public async Task An_event_with_a_key_is_published_once_with_line_breaks_that_end_no_line_and_a_test_accounts_reaches_nobody()
    {
        var admin = await service.RegisterAsync();
        var (backend, _) = await AccountAsync(admin);
        var (test, _) = await AccountAsync(admin, "test");
        var person = await TokenAsync(backend, "ann", [], []);
        await using var stream = await EventStream.OpenAsync(service.Client.BaseAddress!, person.Token);
        await stream.UntilAsync(one => one.Type == "unread_count.changed", Ample);
        const string Body = "{\"type\":\"ticket.created\",\"audience\":{\"tenant\":true},\"data\":{\n \"text\":\"a\\nid: 1-1\\n\\nevent: x\"}}";

        await test.ReadAsync(HttpMethod.Post, Publish, Body, HttpStatusCode.Accepted);
        var first = await backend.ReadAsync(HttpMethod.Post, Publish, Body, HttpStatusCode.Accepted, "key");
        var again = await backend.ReadAsync(HttpMethod.Post, Publish, Body, HttpStatusCode.Accepted, "key");
        await PublishAsync(backend, "ticket.closed", new { tenant = true });

        again.GetRawText().ShouldBe(first.GetRawText());
        await stream.UntilAsync(one => one.Type == "ticket.closed", Ample);
        stream.Events.Where(one => one.Type.StartsWith("ticket.", StringComparison.Ordinal)).Select(one => one.Type).ShouldBe(["ticket.created", "ticket.closed"]);
        stream.Events.Single(one => one.Type == "ticket.created").Data.GetProperty("text").GetString().ShouldBe("a\nid: 1-1\n\nevent: x");
    }

    private async Task<(ApiClient Backend, ApiClient Person)> PersonAsync(string userId = "ann", string[]? groups = null)
    {
        var (backend, _) = await AccountAsync(await service.RegisterAsync());
        return (backend, await TokenAsync(backend, userId, groups ?? [], []));
    }

    private async Task<(ApiClient Backend, Guid Id)> AccountAsync(SignInService.Person admin, string mode = "live")
    {
        var account = await service.CreateAccountAsync(admin, new { name = mode, scopes = new[] { "notifications:send", "notifications:read", "recipients:write", "events:publish" }, mode });
        return (service.As(await service.TokenAsync(account.ClientId, account.ClientSecret)), account.Id);
    }

    private static async Task<ApiClient> TokenAsync(ApiClient backend, string userId, string[] groups, string[] rooms, int ttl = 900) =>
        backend.As((await backend.ReadAsync(HttpMethod.Post, $"/api/v1/services/recipients/{userId}/tokens", new { groups, rooms, ttl })).GetProperty("accessToken").GetString());

    private static async Task<Guid> SendAsync(ApiClient backend, string userId) =>
        (await backend.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send", new { channel = "in_app", recipient = new { userId }, content = new { title = "t", body = "b" } }, HttpStatusCode.Accepted))
        .GetProperty("deliveries")[0].GetProperty("id").GetGuid();

    private static Task<JsonElement> PublishAsync(ApiClient backend, string type, object audience, object? data = null) =>
        backend.ReadAsync(HttpMethod.Post, Publish, new { type, audience, data = data ?? new { } }, HttpStatusCode.Accepted);
}
