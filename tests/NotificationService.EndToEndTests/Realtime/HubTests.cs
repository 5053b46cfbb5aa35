using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Realtime;

/// <summary>The stream over SignalR, as its own client reads it.</summary>
public sealed class HubTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Hub = "/hubs/notifications";
    private const string Publish = "/api/v1/services/events";
    private static readonly string[] Types = ["notification.created", "notification.updated", "notification.deleted", "unread_count.changed", "reset", "ticket.created", "ticket.closed"];
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(30);

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task The_hub_brings_what_the_stream_brings_with_the_same_ids()
    {
        var (backend, person, _) = await PersonAsync();
        await using var stream = await EventStream.OpenAsync(service.Client.BaseAddress!, person.Token);
        await using var hub = await HubClient.OpenAsync(service.Client.BaseAddress!, person.Token);
        await hub.UntilAsync("unread_count.changed");
        await stream.UntilAsync(one => one.Type == "unread_count.changed", Ample);

        await PublishAsync(backend, "ticket.created", new { text = "a\n\"b\" ü" });
        var item = (await backend.ReadAsync(
                HttpMethod.Post, $"{ApiClient.Notifications}/send", new { channel = "in_app", recipient = new { userId = "ann" }, content = new { title = "t", body = "b" } }, HttpStatusCode.Accepted))
            .GetProperty("deliveries")[0].GetProperty("id").GetGuid();
        await hub.UntilAsync("notification.created");
        await person.SendAsync(HttpMethod.Delete, $"/api/v1/users/me/notifications/{item}");
        await hub.UntilAsync("notification.deleted");
        await PublishAsync(backend, "ticket.closed", new { });
        await hub.UntilAsync("ticket.closed");
        await stream.UntilAsync(one => one.Type == "ticket.closed", Ample);

        // Counts that changed twice in between may come once.
        string[] Seen(IEnumerable<StreamedEvent> events) => [.. events.Where(one => one.Type != "unread_count.changed").Select(one => $"{one.Type} {one.Data}")];
        Seen(hub.Events).ShouldBe(Seen(stream.Events));
        hub.Events[^1].Id.ShouldBe(stream.LastId);
    }

    [Fact]
    public async Task A_ticket_opens_it_once_and_a_token_in_the_address_never()
    {
        await using var other = await service.StartInProcessAsync();
        var (backend, person, _) = await PersonAsync();
        var ticket = await TicketAsync(person);

        await using (var hub = await HubClient.OpenAsync(other.Client.BaseAddress!, token: null, $"?ticket={ticket}"))
            await hub.UntilAsync("unread_count.changed");

        (await RefusedAsync(null, $"?ticket={ticket}")).ShouldBe(HttpStatusCode.Unauthorized);
        (await RefusedAsync(null, $"?access_token={person.Token}")).ShouldBe(HttpStatusCode.Unauthorized);
        (await RefusedAsync(null, "")).ShouldBe(HttpStatusCode.Unauthorized);
        (await RefusedAsync(backend.Token, "")).ShouldBe(HttpStatusCode.Forbidden);
        (await RefusedAsync(person.Token, "?lastEventId=what")).ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Whoever_comes_back_to_another_node_with_the_last_id_is_given_what_it_missed()
    {
        await using var other = await service.StartInProcessAsync();
        var (backend, person, _) = await PersonAsync();
        string last;
        await using (var first = await HubClient.OpenAsync(service.Client.BaseAddress!, person.Token))
        {
            await PublishAsync(backend, "ticket.created", new { i = 0 });
            last = (await first.UntilAsync("ticket.created")).Id;
        }

        for (var i = 1; i <= 5; i++)
            await PublishAsync(backend, "ticket.created", new { i });
        await using var second = await HubClient.OpenAsync(other.Client.BaseAddress!, person.Token, $"?lastEventId={last}");
        await PublishAsync(backend, "ticket.closed", new { });

        await second.UntilAsync("ticket.closed");
        second.Events.Where(one => one.Type == "ticket.created").Select(one => one.Data.GetProperty("i").GetInt32()).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task It_ends_with_its_token_and_when_its_account_is_disabled()
    {
        var admin = await service.RegisterAsync();
        var (backend, account) = await AccountAsync(admin);
        var (shortLived, revoked) = (await TokenAsync(backend, "ann", ttl: 3), await TokenAsync(backend, "bob"));
        await using var first = await HubClient.OpenAsync(service.Client.BaseAddress!, shortLived.Token);
        await using var second = await HubClient.OpenAsync(service.Client.BaseAddress!, revoked.Token);

        await Eventually.TrueAsync(() => first.HasEnded, TimeSpan.FromSeconds(15));
        second.HasEnded.ShouldBeFalse();
        (await service.As(admin.AccessToken).SendAsync(HttpMethod.Post, $"/api/v1/admin/service-accounts/{account}/disable")).EnsureSuccessStatusCode();
        await Eventually.TrueAsync(() => second.HasEnded, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Only_pages_that_the_tenant_lists_open_it()
    {
        var (_, person, admin) = await PersonAsync();

        (await RefusedAsync(person.Token, "", "https://evil.example")).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(null, $"?ticket={await TicketAsync(person)}", "https://evil.example")).ShouldBe(HttpStatusCode.Forbidden);
        await (await HubClient.OpenAsync(service.Client.BaseAddress!, person.Token, origin: service.Client.BaseAddress!.GetLeftPart(UriPartial.Authority))).DisposeAsync();
        await service.As(admin.AccessToken).ReadAsync(HttpMethod.Patch, $"{ApiClient.Admin}/tenant", new { allowedOrigins = new[] { "https://shop.example" } });
        await using (await HubClient.OpenAsync(service.Client.BaseAddress!, person.Token, origin: "https://shop.example"))
            (await RefusedAsync(person.Token, "", "https://evil.example")).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Both_ways_share_the_places_of_a_person()
    {
        var (backend, person, _) = await PersonAsync();
        var hubs = new List<HubClient>();
        for (var i = 0; i < 20; i++)
            hubs.Add(await HubClient.OpenAsync(service.Client.BaseAddress!, person.Token));

        (await RefusedAsync(person.Token, "")).ShouldBe(HttpStatusCode.TooManyRequests);
        (await person.SendAsync(HttpMethod.Get, "/api/v1/users/me/events")).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        await using (await HubClient.OpenAsync(service.Client.BaseAddress!, (await TokenAsync(backend, "bob")).Token))
        {
            foreach (var hub in hubs)
                await hub.DisposeAsync();
        }
    }

    [Fact]
    public async Task Who_does_not_read_is_cut_off_and_who_says_too_much_too()
    {
        var (backend, person, _) = await PersonAsync();
        using var silent = await RawAsync(person.Token);
        await Eventually.TrueAsync(async () => await ConnectionsAsync(backend) == 1, Ample);
        using var loud = await RawAsync(person.Token);
        await Eventually.TrueAsync(async () => await ConnectionsAsync(backend) == 2, Ample);

        await loud.SendAsync(new byte[8 * 1024], WebSocketMessageType.Text, true, CancellationToken.None);
        await Eventually.TrueAsync(async () => await ConnectionsAsync(backend) == 1, Ample);
        var big = new { text = new string('x', 60_000) };
        await Eventually.TrueAsync(
            async () =>
            {
                await PublishAsync(backend, "ticket.created", big);
                return await ConnectionsAsync(backend) == 0;
            },
            TimeSpan.FromSeconds(90));
    }

    private async Task<HttpStatusCode?> RefusedAsync(string? token, string query, string? origin = null)
    {
        try
        {
            await using var hub = await HubClient.OpenAsync(service.Client.BaseAddress!, token, query, origin);
            return null;
        }
        catch (Exception exception) when (exception is WebSocketException or HttpRequestException)
        {
            // The client does not say which status it was given; the same request without an upgrade is given it, too.
            return await StatusAsync(token, query, origin);
        }
    }

    private async Task<HttpStatusCode> StatusAsync(string? token, string query, string? origin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Hub + query, UriKind.Relative));
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        if (origin is not null)
            request.Headers.Add("Origin", origin);
        using var response = await service.Client.SendAsync(request);
        return response.StatusCode;
    }

    private async Task<ClientWebSocket> RawAsync(string? token)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        await socket.ConnectAsync(new UriBuilder(new Uri(service.Client.BaseAddress!, Hub)) { Scheme = "ws" }.Uri, CancellationToken.None);
        await socket.SendAsync(Encoding.UTF8.GetBytes("{\"protocol\":\"json\",\"version\":1}\u001e"), WebSocketMessageType.Text, true, CancellationToken.None);
        return socket;
    }

    private static async Task<int> ConnectionsAsync(ApiClient backend) => (await backend.GetAsync("/api/v1/services/presence?users=ann")).GetProperty("users")[0].GetProperty("connections").GetInt32();

    private async Task<(ApiClient Backend, ApiClient Person, SignInService.Person Admin)> PersonAsync()
    {
        var admin = await service.RegisterAsync();
        var (backend, _) = await AccountAsync(admin);
        return (backend, await TokenAsync(backend, "ann"), admin);
    }

    private async Task<(ApiClient Backend, Guid Id)> AccountAsync(SignInService.Person admin)
    {
        var account = await service.CreateAccountAsync(admin, new { name = "Shop", scopes = new[] { "notifications:send", "recipients:write", "events:publish" }, mode = "live" });
        return (service.As(await service.TokenAsync(account.ClientId, account.ClientSecret)), account.Id);
    }

    private static async Task<string> TicketAsync(ApiClient person) => (await person.ReadAsync(HttpMethod.Post, "/api/v1/users/me/stream-tickets")).GetProperty("ticket").GetString()!;

    private static async Task<ApiClient> TokenAsync(ApiClient backend, string userId, int ttl = 900) =>
        backend.As((await backend.ReadAsync(HttpMethod.Post, $"/api/v1/services/recipients/{userId}/tokens", new { ttl })).GetProperty("accessToken").GetString());

    private static Task<JsonElement> PublishAsync(ApiClient backend, string type, object data) =>
        backend.ReadAsync(HttpMethod.Post, Publish, new { type, audience = new { users = new[] { "ann" } }, data }, HttpStatusCode.Accepted);

    private sealed class HubClient : IAsyncDisposable
    {
        private readonly HubConnection connection;
        private readonly List<StreamedEvent> events = [];

        private HubClient(HubConnection connection)
        {
            this.connection = connection;
            foreach (var type in Types)
            {
                connection.On<JsonElement>(type, received =>
                {
                    lock (events)
                        events.Add(new StreamedEvent(received.GetProperty("type").GetString()!, received.GetProperty("id").GetString()!, received.GetProperty("data")));
                });
            }
        }

        public bool HasEnded => connection.State == HubConnectionState.Disconnected;

        public IReadOnlyList<StreamedEvent> Events
        {
            get
            {
                lock (events)
                    return [.. events];
            }
        }

        public static async Task<HubClient> OpenAsync(Uri address, string? token, string query = "", string? origin = null)
        {
            var client = new HubClient(new HubConnectionBuilder().WithUrl(new Uri(address, Hub + query), options =>
            {
                (options.Transports, options.SkipNegotiation) = (HttpTransportType.WebSockets, true);
                if (token is not null)
                    options.Headers.Add("Authorization", $"Bearer {token}");
                if (origin is not null)
                    options.Headers.Add("Origin", origin);
            }).Build());
            await client.connection.StartAsync();
            return client;
        }

        public async Task<StreamedEvent> UntilAsync(string type)
        {
            await Eventually.TrueAsync(() => Events.Any(one => one.Type == type), Ample);
            return Events.First(one => one.Type == type);
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
