using System.Net;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Browser;

/// <summary>A browser that stays open while the service is killed and comes back.</summary>
public sealed class InboxRestartTests(PostgresCluster cluster, Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(150);

    [Fact]
    public async Task What_is_sent_while_the_service_is_killed_and_started_again_is_neither_lost_nor_doubled_in_an_open_browser()
    {
        var database = await cluster.CreateDatabaseAsync();
        (string Name, string Value)[] settings =
        [
            ("ASPNETCORE_URLS", $"http://127.0.0.1:{ServiceProcess.FreePort()}"),
            ("Notification__MasterKeys", $"k1:{Convert.ToBase64String(Enumerable.Repeat((byte)5, 32).ToArray())}"),
            ServiceProcess.WithoutSeed,
        ];
        await using var before = await ServiceProcess.StartAsync(database, settings);
        await using var browser = await chromium.OpenAsync(before.Address);
        var tab = await InboxTab.SignInAsync(browser, "ann@demo.test", "Demo-user-1!");
        await Eventually.TrueAsync(() => tab.Streams == 1, Ample);
        var backend = await new ApiClient(before.Client).DemoServiceAsync();
        await SendAsync(backend, "Before 0");
        await Eventually.TrueAsync(async () => (await tab.TitlesAsync()).Contains("Before 0"), Ample);

        // Accepted, and perhaps on its way: nobody waits for it.
        for (var i = 1; i < 8; i++)
            await SendAsync(backend, $"Before {i}");
        await before.KillAsync();
        await Eventually.TrueAsync(() => tab.Streams == 0, Ample);
        await using var after = await ServiceProcess.StartAsync(database, settings);
        for (var i = 0; i < 4; i++)
            await SendAsync(backend.At(after.Client), $"After {i}");

        string[] expected = [.. Enumerable.Range(0, 8).Select(i => $"Before {i}"), .. Enumerable.Range(0, 4).Select(i => $"After {i}")];
        await Eventually.TrueAsync(async () => expected.All((await tab.TitlesAsync()).Contains), Ample);
        (await tab.TitlesAsync()).Order(StringComparer.Ordinal).ShouldBe(expected.Order(StringComparer.Ordinal));
        await Eventually.TrueAsync(async () => await tab.UnreadAsync() == expected.Length, Ample);
        tab.Streams.ShouldBe(1);
        tab.Faults.ShouldBeEmpty();
    }

    private static async Task SendAsync(ApiClient backend, string title) => await backend.ReadAsync(
        HttpMethod.Post, "/api/v1/services/notifications/send", new { channel = "in_app", recipient = new { userId = "ann" }, content = new { title, body = "From the API." } }, HttpStatusCode.Accepted);
}
