using System.Net;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Realtime;

/// <summary>That somebody types, to who is there.</summary>
public sealed class TypingTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Typing = "/api/v1/users/me/typing";
    private const string ServiceTyping = "/api/v1/services/typing";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task Whoever_types_is_seen_by_the_others_in_the_room_at_every_node_and_it_is_stored_nowhere()
    {
        await using var other = await service.StartInProcessAsync();
        var (backend, test) = await BackendsAsync();
        var (ann, bob, cid) = (await TokenAsync(backend, "ann", "building-7"), await TokenAsync(backend, "bob", "building-7"), await TokenAsync(backend, "cid", "building-8"));
        await using var own = await OpenAsync(service.Client, ann);
        await using var sees = await OpenAsync(other.Client, bob);
        await using var elsewhere = await OpenAsync(service.Client, cid);

        // Two nodes may begin to listen at different times: what is said is said again.
        await Eventually.TrueAsync(
            async () =>
            {
                (await ann.SendAsync(HttpMethod.Post, Typing, new { room = "building-7" })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
                return sees.Events.Any(one => one.Type == "typing");
            },
            Ample);
        var seen = sees.Events.First(one => one.Type == "typing");
        (seen.Data.GetProperty("userId").GetString(), seen.Data.GetProperty("room").GetString()).ShouldBe(("ann", "building-7"));
        (await test.SendAsync(HttpMethod.Post, ServiceTyping, new { userId = "eve", room = "building-7" })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await backend.SendAsync(HttpMethod.Post, ServiceTyping, new { userId = "dan", room = "user:cid" });

        (await elsewhere.UntilAsync(one => one.Type == "typing", Ample)).Data.GetProperty("userId").GetString().ShouldBe("dan");
        own.Events.ShouldNotContain(one => one.Type == "typing", "who types knows");
        sees.Events.ShouldNotContain(one => one.Type == "typing" && one.Data.GetProperty("userId").GetString() != "ann");
        (await service.Database.ScalarAsync<long>("select count(*) from realtime_events where type = 'typing'")).ShouldBe(0);
    }

    [Fact]
    public async Task Whoever_goes_on_from_the_id_of_one_is_sent_nothing_again_and_need_not_begin_anew()
    {
        var (backend, _) = await BackendsAsync();
        var (ann, bob) = (await TokenAsync(backend, "ann", "building-7"), await TokenAsync(backend, "bob", "building-7"));
        await using var sees = await OpenAsync(service.Client, bob);
        var first = await TypesUntilSeenAsync(sees);

        await using var resumed = await EventStream.OpenAsync(service.Client.BaseAddress!, bob.Token, first.Id);
        var next = await TypesUntilSeenAsync(resumed);

        next.Data.GetProperty("userId").GetString().ShouldBe("ann");
        resumed.Events.Where(one => one.Type is not ("typing" or "presence.online" or "presence.offline")).ShouldBeEmpty();

        async Task<StreamedEvent> TypesUntilSeenAsync(EventStream stream)
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    (await ann.SendAsync(HttpMethod.Post, Typing, new { room = "building-7" })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
                    return stream.Events.Any(one => one.Type == "typing");
                },
                Ample);
            return stream.Events.First(one => one.Type == "typing");
        }
    }

    [Fact]
    public async Task A_flood_of_it_is_passed_on_once_a_second()
    {
        var (backend, _) = await BackendsAsync();
        var (ann, bob) = (await TokenAsync(backend, "ann", "building-7"), await TokenAsync(backend, "bob", "building-7"));
        await using var sees = await OpenAsync(service.Client, bob);
        var began = System.Diagnostics.Stopwatch.StartNew();

        for (var i = 0; i < 200; i++)
            await ann.SendAsync(HttpMethod.Post, Typing, new { room = "building-7" });
        await sees.UntilAsync(one => one.Type == "typing", Ample);

        sees.Events.Count(one => one.Type == "typing").ShouldBeLessThanOrEqualTo(3 + (int)began.Elapsed.TotalSeconds);
    }

    [Theory]
    [InlineData("building-8")]
    [InlineData("user:bob")]
    [InlineData("user:ann")]
    [InlineData("role:user")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Nobody_types_in_a_room_that_the_token_does_not_name(string? room)
    {
        var (backend, _) = await BackendsAsync();
        var ann = await TokenAsync(backend, "ann", "building-7");

        using var response = await ann.SendAsync(HttpMethod.Post, Typing, new { room });

        response.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await SignInService.ReadAsync(response)).GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe("/room");
        using var nobody = await backend.SendAsync(HttpMethod.Post, ServiceTyping, new { userId = new string('x', 129), room = "building-7" });
        (await SignInService.ReadAsync(nobody)).GetProperty("errors")[0].GetProperty("pointer").GetString().ShouldBe("/userId");
    }

    private static async Task<EventStream> OpenAsync(HttpClient node, ApiClient person)
    {
        var stream = await EventStream.OpenAsync(node.BaseAddress!, person.Token);
        await stream.UntilAsync(one => one.Type == "unread_count.changed", Ample);
        return stream;
    }

    private async Task<(ApiClient Live, ApiClient Test)> BackendsAsync()
    {
        var admin = await service.RegisterAsync();
        return (await BackendAsync("live"), await BackendAsync("test"));

        async Task<ApiClient> BackendAsync(string mode)
        {
            var account = await service.CreateAccountAsync(admin, new { name = mode, scopes = new[] { "recipients:write", "events:publish" }, mode });
            return service.As(await service.TokenAsync(account.ClientId, account.ClientSecret));
        }
    }

    private static async Task<ApiClient> TokenAsync(ApiClient backend, string userId, string room) =>
        backend.As((await backend.ReadAsync(HttpMethod.Post, $"/api/v1/services/recipients/{userId}/tokens", new { rooms = new[] { room }, ttl = 900 })).GetProperty("accessToken").GetString());
}
