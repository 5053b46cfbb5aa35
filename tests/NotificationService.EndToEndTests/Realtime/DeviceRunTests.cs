using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Realtime;

/// <summary>Whatever happens in between, devices end with what the server has. <c>DEVICE_STEPS</c> makes it longer, <c>DEVICE_SEED</c> the same again.</summary>
public sealed class DeviceRunTests(PostgresCluster cluster, ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(120);
    private static readonly string[] Actions = ["read", "unread", "archive", "unarchive", "delete"];
    private static readonly int Steps = Number("DEVICE_STEPS", 120);
    private static readonly int Kills = Math.Max(2, Steps / 200);

    private readonly SignInService service = new(cluster, isInProcess: true, ("Notification__RateLimits__UserPerMinute", "0"), ("Notification__RateLimits__SendPerMinute", "0"));

    public ValueTask InitializeAsync() => service.InitializeAsync();

    public ValueTask DisposeAsync() => service.DisposeAsync();

    [Fact]
    public async Task After_any_operations_lost_connections_and_killed_servers_devices_and_server_have_the_same()
    {
        var seed = Number("DEVICE_SEED", Environment.TickCount);
        output.WriteLine($"DEVICE_SEED={seed}");
#pragma warning disable CA5394 // which steps are taken is no secret
        var random = new Random(seed);
        var admin = await service.RegisterAsync();
        var account = await service.CreateAccountAsync(admin, new { name = "Shop", scopes = new[] { "notifications:send", "recipients:write" }, mode = "live" });
        var backend = service.As(await service.TokenAsync(account.ClientId, account.ClientSecret));
        var token = (await backend.ReadAsync(HttpMethod.Post, "/api/v1/services/recipients/ann/tokens", new { ttl = 3600 })).GetProperty("accessToken").GetString();
        var (sent, streaming, offline) = (new List<Guid>(), new InboxDevice(), (InboxDevice[])[new(), new()]);
        var node = await service.StartNodeAsync(("Notification__Roles", "api"), ("Notification__RateLimits__UserPerMinute", "0"));
        var person = new ApiClient(node.Client, token);
        EventStream? stream = await EventStream.OpenAsync(node.Address, token, comesBack: true);
        var (taken, last) = (0, (string?)null);

        try
        {
            for (var step = 0; step < Steps; step++)
            {
                if (step % (Steps / Kills) == (Steps / Kills) - 1)
                {
                    // Whatever is under way at this moment is cut in the middle.
                    var cut = offline[0].SyncAsync(person);
                    await node.KillAsync();
                    await Should.NotThrowAsync(() => cut.ContinueWith(_ => { }, TaskScheduler.Default));
                    await CloseAsync();
                    await node.DisposeAsync();
                    node = await service.StartNodeAsync(("Notification__Roles", "api"), ("Notification__RateLimits__UserPerMinute", "0"));
                    person = new ApiClient(node.Client, token);
                }

                switch (random.Next(10))
                {
                    case < 4:
                        sent.Add((await backend.ReadAsync(
                            HttpMethod.Post, $"{ApiClient.Notifications}/send", new { channel = "in_app", recipient = new { userId = "ann" }, content = new { title = $"{step}", body = "b" } }, HttpStatusCode.Accepted))
                            .GetProperty("deliveries")[0].GetProperty("id").GetGuid());
                        break;
                    case < 7 when sent.Count > 0:
                        // A device's clock is wrong by some seconds.
                        offline[random.Next(2)].Do(sent[random.Next(sent.Count)], Actions[random.Next(Actions.Length)], DateTimeOffset.UtcNow.AddSeconds(random.Next(-5, 5)));
                        break;
                    case 7:
                        await offline[random.Next(2)].SyncAsync(person);
                        break;
                    case 8 when sent.Count > 0:
                        await person.SendAsync(HttpMethod.Patch, $"{InboxDevice.Inbox}/{sent[random.Next(sent.Count)]}/{Actions[random.Next(4)]}");
                        break;
                    default:
                        await CloseAsync();
                        break;
                }

                if (stream is null && random.Next(3) == 0)
                    stream = await EventStream.OpenAsync(node.Address, token, last, comesBack: true);
            }

            foreach (var device in offline)
                await device.SyncAsync(person);
            stream ??= await EventStream.OpenAsync(node.Address, token, last, comesBack: true);
            await Eventually.TrueAsync(
                async () =>
                {
                    foreach (var device in offline)
                        await device.SyncAsync(person);
                    await TakeAsync();
                    return Array.TrueForAll([.. offline, streaming], device => sent.TrueForAll(device.Knows)) && offline[0].Items.SequenceEqual(offline[1].Items) && streaming.Items.SequenceEqual(offline[0].Items);
                },
                Ample, () => $"seed {seed}\n{string.Join('\n', offline[0].Items.Except(streaming.Items))}\nand by the stream\n{string.Join('\n', streaming.Items.Except(offline[0].Items))}");
            (await ServerAsync(person)).ShouldBe(offline[0].Items, $"seed {seed}");
            var unread = offline[0].Items.Count(item => item.EndsWith(" unread", StringComparison.Ordinal));
            (await person.GetAsync($"{InboxDevice.Inbox}/unread-count")).GetProperty("unread").GetInt32().ShouldBe(unread);
            stream.Events.Last(one => one.Type == "unread_count.changed").Data.GetProperty("unread").GetInt32().ShouldBe(unread);
        }
        finally
        {
            await CloseAsync();
            await node.DisposeAsync();
        }
#pragma warning restore CA5394

        async Task TakeAsync()
        {
            var events = stream!.Events;
            for (; taken < events.Count; taken++)
            {
                if (streaming.Take(events[taken]))
                    await streaming.SyncAsync(person);
                last = events[taken].Id;
            }
        }

        async Task CloseAsync()
        {
            if (stream is null)
                return;
            var closed = stream;
            await closed.DisposeAsync();
            await TakeAsync();
            (stream, taken) = (null, 0);
        }
    }

    private static async Task<IReadOnlyList<string>> ServerAsync(ApiClient person)
    {
        var lines = new List<string>();
        foreach (var status in (string[])["unread", "read", "archived", "snoozed"])
        {
            for (string? cursor = null, next = ""; next is not null; cursor = next)
            {
                var page = await person.GetAsync($"{InboxDevice.Inbox}?status={status}&limit=100{(cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")}");
                lines.AddRange(page.GetProperty("items").EnumerateArray().Select(InboxDevice.Line));
                next = page.GetProperty("pagination").TryGetProperty("nextCursor", out var more) && more.ValueKind == JsonValueKind.String ? more.GetString() : null;
            }
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static int Number(string name, int byDefault) => int.TryParse(Environment.GetEnvironmentVariable(name), out var value) ? value : byDefault;
}
