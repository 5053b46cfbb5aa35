using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Realtime;

/// <summary>Events that are also sent as notifications.</summary>
public sealed class NotifyTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Inbox = "/api/v1/users/me/notifications";
    private const string Publish = "/api/v1/services/events";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);
    private static readonly object Notify = new { template = "ticket", channels = new[] { "in_app" } };

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task Whoever_is_connected_is_given_the_event_and_everybody_named_a_notification_once()
    {
        var (backend, _, _) = await TenantAsync();
        var (ann, bob) = (await TokenAsync(backend, "ann"), await TokenAsync(backend, "bob"));
        await using var stream = await EventStream.OpenAsync(service.Client.BaseAddress!, ann.Token);
        await stream.UntilAsync(one => one.Type == "unread_count.changed", Ample);
        object[] audience = [new { users = new[] { "ann", "bob" } }, new { rooms = new[] { "user:bob" } }];

        var first = await PublishAsync(backend, audience, new { id = "T-17" }, Notify, key: "once");
        var again = await PublishAsync(backend, audience, new { id = "T-17" }, Notify, key: "once");

        again.GetRawText().ShouldBe(first.GetRawText());
        first.GetProperty("notifications").GetArrayLength().ShouldBe(2);
        (await stream.UntilAsync(one => one.Type == "ticket.created", Ample)).Data.GetProperty("id").GetString().ShouldBe("T-17");
        (await stream.UntilAsync(one => one.Type == "notification.created", Ample)).Data.GetProperty("title").GetString().ShouldBe("Ticket T-17");
        await Eventually.TrueAsync(async () => (await bob.GetAsync(Inbox)).GetProperty("items").GetArrayLength() == 1, Ample);
        (await ann.GetAsync(Inbox)).GetProperty("items").GetArrayLength().ShouldBe(1);
        stream.Events.Count(one => one.Type == "ticket.created").ShouldBe(1);
        var sent = await backend.NotificationAsync(first.GetProperty("notifications")[1].GetGuid());
        sent.GetProperty("recipient").GetProperty("userId").GetString().ShouldBe("bob");
    }

    [Theory]
    [InlineData("""{"groups":["landlord"]}""", "/audience/groups", "notify_people_unknown")]
    [InlineData("""{"users":["ann"],"roles":["admin"]}""", "/audience/roles", "notify_people_unknown")]
    [InlineData("""{"rooms":["user:ann","building-7"]}""", "/audience/rooms", "notify_people_unknown")]
    [InlineData("""[{"users":["ann"]},{"tenant":true}]""", "/audience/1/tenant", "notify_people_unknown")]
    [InlineData("""{"users":["ann"],"rooms":["user:bob"]}""", "/audience", "audience_empty")]
    [InlineData("""{"users":["ann"]}""", "/notify/template", "template_unknown", "nobody-wrote-it")]
    [InlineData("""{"users":["ann"]}""", "/notify/template", "required", null)]
    [InlineData("""{"users":["ann"]}""", "/notify/channels/0", "unknown_channel", "ticket", "smoke")]
    [InlineData("""{"users":["ann"]}""", "/data/id", "variable_missing", "ticket", "in_app", "{}")]
    public async Task What_nobody_can_be_notified_by_is_named_and_nothing_of_the_event_is_stored(
        string audience, string pointer, string code, string? template = "ticket", string channel = "in_app", string data = """{"id":"T-1"}""")
    {
        var (backend, tenant, _) = await TenantAsync();
        var notify = template is null ? "{}" : $$"""{"template":"{{template}}","channels":["{{channel}}"]}""";

        using var response = await backend.SendAsync(HttpMethod.Post, Publish, $$"""{"type":"ticket.created","audience":{{audience}},"data":{{data}},"notify":{{notify}}}""");

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var error = (await SignInService.ReadAsync(response)).GetProperty("errors")[0];
        (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()).ShouldBe((pointer, code));
        (await StoredAsync(tenant)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task An_id_that_is_none_is_named_where_it_stands()
    {
        var (backend, tenant, _) = await TenantAsync();

        using var response = await backend.SendAsync(
            HttpMethod.Post, Publish, new { type = "ticket.created", audience = new { users = new[] { "ann", new string('x', 129) } }, data = new { id = "T-1" }, notify = Notify });

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await SignInService.ReadAsync(response)).GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe("/audience/users/1");
        (await StoredAsync(tenant)).ShouldBe((0, 0));
    }

    [Fact]
    public async Task A_thousand_people_and_sixteen_megabytes_are_the_most()
    {
        var (backend, tenant, _) = await TenantAsync();
        object Several(int from, int count) => new { users = Enumerable.Range(from, count).Select(i => $"u{i}") };

        using var tooMany = await backend.SendAsync(
            HttpMethod.Post, Publish, new { type = "ticket.created", audience = (object[])[Several(0, 900), Several(900, 101)], data = new { id = "T-1" }, notify = Notify });
        using var tooLarge = await backend.SendAsync(
            HttpMethod.Post, Publish, new { type = "ticket.created", audience = Several(0, 300), data = new { id = new string('x', 60_000) }, notify = Notify });

        (await SignInService.ReadAsync(tooMany)).GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe("/audience");
        (await SignInService.ReadAsync(tooLarge)).GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe("/data");
        (await StoredAsync(tenant)).ShouldBe((0, 0));
        (await PublishAsync(backend, Several(0, 1_000), new { id = "T-1" }, Notify)).GetProperty("notifications").GetArrayLength().ShouldBe(1_000);
        (await StoredAsync(tenant)).ShouldBe((1, 1_000));
    }

    [Fact]
    public async Task Where_the_event_cannot_be_stored_no_notification_is_and_the_other_way_round()
    {
        var (backend, tenant, _) = await TenantAsync();
        await service.Database.ExecuteAsync("create function public.refuse_event() returns trigger language plpgsql as $$ begin if new.type = 'ticket.refused' then raise exception 'no'; end if; return new; end $$");
        await service.Database.ExecuteAsync("create trigger refuse_event before insert on realtime_events for each row execute function public.refuse_event()");

        using var refused = await backend.SendAsync(
            HttpMethod.Post, Publish, new { type = "ticket.refused", audience = new { users = new[] { "ann" } }, data = new { id = "T-1" }, notify = Notify }, key: "again");

        ((int)refused.StatusCode).ShouldBeGreaterThanOrEqualTo(500);
        (await StoredAsync(tenant)).ShouldBe((0, 0));
        await service.Database.ExecuteAsync("drop trigger refuse_event on realtime_events");
        await backend.ReadAsync(
            HttpMethod.Post, Publish, new { type = "ticket.refused", audience = new { users = new[] { "ann" } }, data = new { id = "T-1" }, notify = Notify }, HttpStatusCode.Accepted, "again");
        (await StoredAsync(tenant)).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Who_may_only_publish_notifies_nobody_and_what_a_test_account_notifies_of_is_a_test()
    {
        var (_, tenant, admin) = await TenantAsync();
        var publisher = await AccountAsync(admin, "live", "events:publish");
        var test = await AccountAsync(admin, "test", "events:publish", "notifications:send");

        using var refused = await publisher.SendAsync(HttpMethod.Post, Publish, new { type = "ticket.created", audience = new { users = new[] { "ann" } }, data = new { id = "T-1" }, notify = Notify });

        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await StoredAsync(tenant)).ShouldBe((0, 0));
        await PublishAsync(test, new { users = new[] { "ann" } }, new { id = "T-1" }, Notify);
        (await StoredAsync(tenant)).ShouldBe((0, 1));
        (await service.Database.ScalarAsync<bool>($"select live from notifications where tenant_id = '{tenant}'")).ShouldBeFalse();
    }

    /// <summary>What administrators hear of apart: the tenant was just set up.</summary>
    private async Task<(long Events, long Notifications)> StoredAsync(Guid tenant) => (
        await service.Database.ScalarAsync<long>($"select count(*) from realtime_events where tenant_id = '{tenant}' and audience::text not like '%platform_admin%'"),
        await service.Database.ScalarAsync<long>($"select count(*) from notifications where tenant_id = '{tenant}'"));

    private async Task<(ApiClient Backend, Guid Tenant, SignInService.Person Admin)> TenantAsync()
    {
        var admin = await service.RegisterAsync();
        await service.As(admin.AccessToken).PublishTemplateAsync("ticket", new { key = "ticket", name = "Ticket", contents = new { in_app = new { en = new { title = "Ticket {{id}}", body = "It was created." } } } });
        return (await AccountAsync(admin, "live", "notifications:send", "notifications:read", "recipients:write", "events:publish"), admin.Tenant, admin);
    }

    private async Task<ApiClient> AccountAsync(SignInService.Person admin, string mode, params string[] scopes)
    {
        var account = await service.CreateAccountAsync(admin, new { name = mode, scopes, mode });
        return service.As(await service.TokenAsync(account.ClientId, account.ClientSecret));
    }

    private static async Task<ApiClient> TokenAsync(ApiClient backend, string userId) =>
        backend.As((await backend.ReadAsync(HttpMethod.Post, $"/api/v1/services/recipients/{userId}/tokens", new { ttl = 900 })).GetProperty("accessToken").GetString());

    private static Task<JsonElement> PublishAsync(ApiClient backend, object audience, object data, object notify, string? key = null) =>
        backend.ReadAsync(HttpMethod.Post, Publish, new { type = "ticket.created", audience, data, notify }, HttpStatusCode.Accepted, key);
}
