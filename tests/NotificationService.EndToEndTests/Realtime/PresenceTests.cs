using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Realtime;

/// <summary>Who is connected, over two nodes of one database that notice quickly when one is gone.</summary>
public sealed class PresenceTests(PostgresCluster cluster) : IAsyncLifetime
{
    private const string Presence = "/api/v1/services/presence";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);
    private static readonly (string, string) ShortLease = ("Notification__Realtime__PresenceLease", "00:00:03");

    private readonly SignInService service = new(cluster, isInProcess: true, ShortLease);

    public ValueTask InitializeAsync() => service.InitializeAsync();

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task Connections_to_all_nodes_count_and_a_room_hears_once_who_came_and_who_left()
    {
        await using var other = await service.StartInProcessAsync(ShortLease);
        var backend = await BackendAsync();
        var (ann, bob, cid) = (await TokenAsync(backend, "ann", "building-7"), await TokenAsync(backend, "bob", "building-7"), await TokenAsync(backend, "cid", "building-9"));
        await using var watching = await EventStream.OpenAsync(service.Client.BaseAddress!, bob.Token);
        await using var elsewhere = await EventStream.OpenAsync(service.Client.BaseAddress!, cid.Token);
        await Eventually.TrueAsync(async () => (await backend.GetAsync($"{Presence}?users=bob,cid")).GetProperty("online").GetInt32() == 2, Ample);

        var first = await EventStream.OpenAsync(service.Client.BaseAddress!, ann.Token);
        await (await EventStream.OpenAsync(service.Client.BaseAddress!, ann.Token)).DisposeAsync();
        var second = await EventStream.OpenAsync(other.Client.BaseAddress!, ann.Token);

        await Eventually.TrueAsync(async () => await ConnectionsAsync(backend, "ann") == 2, Ample);
        var seen = await backend.At(other.Client).GetAsync($"{Presence}?users=ann,nobody");
        seen.GetProperty("users").EnumerateArray().Select(user => (user.GetProperty("userId").GetString(), user.GetProperty("online").GetBoolean())).ShouldBe([("ann", true), ("nobody", false)]);
        seen.GetProperty("users")[1].GetProperty("lastSeenAt").ValueKind.ShouldBe(JsonValueKind.Null);
        (await RoomAsync(backend, "building-7")).ShouldBe(["ann", "bob"]);
        (await RoomAsync(backend, "user:ann")).ShouldBe(["ann"]);
        (await RoomAsync(backend, "building-8")).ShouldBeEmpty();
        await first.DisposeAsync();
        await Eventually.TrueAsync(async () => await ConnectionsAsync(backend, "ann") == 1, Ample);
        await second.DisposeAsync();
        await watching.UntilAsync(one => one.Type == "presence.offline", Ample);

        watching.Events.Where(one => one.Type.StartsWith("presence.", StringComparison.Ordinal) && one.Data.GetProperty("userId").GetString() == "ann")
            .Select(one => one.Type).ShouldBe(["presence.online", "presence.offline"]);
        elsewhere.Events.ShouldNotContain(one => one.Type.StartsWith("presence.", StringComparison.Ordinal) && one.Data.GetProperty("userId").GetString() != "cid");
        (await backend.GetAsync($"{Presence}?users=ann")).GetProperty("users")[0].GetProperty("lastSeenAt").GetDateTimeOffset().ShouldBeLessThanOrEqualTo(DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task People_of_a_killed_node_are_offline_when_its_lease_has_ended_and_their_rooms_hear_of_it()
    {
        var backend = await BackendAsync();
        var (ann, bob) = (await TokenAsync(backend, "ann", "building-7"), await TokenAsync(backend, "bob", "building-7"));
        await using var watching = await EventStream.OpenAsync(service.Client.BaseAddress!, bob.Token);
        var node = await service.StartNodeAsync(ShortLease);
        await using (var lost = await EventStream.OpenAsync(node.Client.BaseAddress!, ann.Token))
        {
            await Eventually.TrueAsync(async () => await ConnectionsAsync(backend, "ann") == 1, Ample);

            await node.KillAsync();
        }

        await Eventually.TrueAsync(async () => await ConnectionsAsync(backend, "ann") == 0, Ample);
        await watching.UntilAsync(one => one.Type == "presence.offline" && one.Data.GetProperty("userId").GetString() == "ann", Ample);
        (await service.Database.ScalarAsync<long>("select count(*) from presence where user_id = 'ann'")).ShouldBe(0);
        (await RoomAsync(backend, "building-7")).ShouldBe(["bob"]);
        await node.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_comes_and_goes_all_the_time_is_written_seldom_and_announced_once()
    {
        var backend = await BackendAsync();
        var (ann, bob) = (await TokenAsync(backend, "ann", "building-7"), await TokenAsync(backend, "bob", "building-7"));
        await using var watching = await EventStream.OpenAsync(service.Client.BaseAddress!, bob.Token);
        await watching.UntilAsync(one => one.Type == "presence.online", Ample);

        // Fewer than a person may have at once: the service learns of each that is gone a little later.
        for (var i = 0; i < 15; i++)
            await (await EventStream.OpenAsync(service.Client.BaseAddress!, ann.Token)).DisposeAsync();
        await using var last = await EventStream.OpenAsync(service.Client.BaseAddress!, ann.Token);
        await Eventually.TrueAsync(async () => await ConnectionsAsync(backend, "ann") == 1, Ample);

        watching.Events.Count(one => one.Type.StartsWith("presence.", StringComparison.Ordinal) && one.Data.GetProperty("userId").GetString() == "ann").ShouldBeLessThanOrEqualTo(3);
    }

    [Theory]
    [InlineData("", "/query/users")]
    [InlineData("?users=ann&room=x", "/query/users")]
    [InlineData("?users=ann,,bob", "/query/users")]
    [InlineData("?users=", "/query/users")]
    [InlineData("?room=", "/query/room")]
    [InlineData("?user=ann", "/query/user")]
    public async Task What_is_no_question_is_refused_with_its_name(string query, string pointer)
    {
        var backend = await BackendAsync();

        using var response = await backend.SendAsync(HttpMethod.Get, Presence + query);

        ((int)response.StatusCode).ShouldBeInRange(400, 422);
        (await SignInService.ReadAsync(response)).GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe(pointer);
        using var tooMany = await backend.SendAsync(HttpMethod.Get, $"{Presence}?users={string.Join(',', Enumerable.Range(0, 101))}");
        tooMany.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Another_tenant_and_a_test_account_see_nobody()
    {
        var admin = await service.RegisterAsync();
        var backend = await BackendAsync(admin);
        var ann = await TokenAsync(backend, "ann", "building-7");
        await using var stream = await EventStream.OpenAsync(service.Client.BaseAddress!, ann.Token);
        await Eventually.TrueAsync(async () => await ConnectionsAsync(backend, "ann") == 1, Ample);

        foreach (var stranger in (ApiClient[])[await BackendAsync(), await BackendAsync(admin, "test")])
        {
            (await ConnectionsAsync(stranger, "ann")).ShouldBe(0);
            (await RoomAsync(stranger, "building-7")).ShouldBeEmpty();
            (await RoomAsync(stranger, $"tenant:{admin.Tenant}")).ShouldBeEmpty();
        }
    }

    private static async Task<int> ConnectionsAsync(ApiClient backend, string userId) => (await backend.GetAsync($"{Presence}?users={userId}")).GetProperty("users")[0].GetProperty("connections").GetInt32();

    private static async Task<string?[]> RoomAsync(ApiClient backend, string room)
    {
        var found = await backend.GetAsync($"{Presence}?room={room}");
        string?[] users = [.. found.GetProperty("users").EnumerateArray().Select(user => user.GetProperty("userId").GetString())];
        found.GetProperty("online").GetInt32().ShouldBe(users.Length);
        return users;
    }

    private async Task<ApiClient> BackendAsync(SignInService.Person? admin = null, string mode = "live")
    {
        var account = await service.CreateAccountAsync(admin ?? await service.RegisterAsync(), new { name = mode, scopes = new[] { "recipients:write", "events:publish" }, mode });
        return service.As(await service.TokenAsync(account.ClientId, account.ClientSecret));
    }

    private static async Task<ApiClient> TokenAsync(ApiClient backend, string userId, string room) =>
        backend.As((await backend.ReadAsync(HttpMethod.Post, $"/api/v1/services/recipients/{userId}/tokens", new { rooms = new[] { room }, ttl = 900 })).GetProperty("accessToken").GetString());
}
