using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Ledger;

/// <summary>The ledger over HTTP: what is accepted by each way in is in it, and it balances.</summary>
public sealed class LedgerApiTests(SignInInProcess fixture) : IClassFixture<SignInInProcess>
{
    private const string Path = "/api/v1/services/ledger";

    private readonly SignInService service = fixture.Service;

    [Fact]
    public async Task What_is_accepted_is_in_it_at_once_by_channel_and_mode_and_it_balances()
    {
        var admin = await service.RegisterAsync();
        var (live, test) = (await AccountAsync(admin, "live"), await AccountAsync(admin, "test"));
        await live.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", """{"channels":["email","in_app"],"recipient":{"userId":"ann","email":"ann@example.com"},"content":{"subject":"Hi","title":"Hi","body":"Hello","text":"Hello"}}""", HttpStatusCode.Accepted);
        await live.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send-batch",
            """{"channel":"email","content":{"subject":"Hi","text":"Hello"},"notifications":[{"recipient":{"email":"a@example.com"}},{"recipient":{"email":"b@example.com"}}]}""", HttpStatusCode.Accepted);
        await test.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", """{"channel":"email","recipient":{"email":"c@example.com"},"content":{"subject":"Hi","text":"Hello"}}""", HttpStatusCode.Accepted);

        Accepted(await live.GetAsync(Path)).ShouldBe((3, 1));
        Accepted(await test.GetAsync(Path)).ShouldBe((1, 0));
        var person = service.As(admin.AccessToken);
        Accepted(await person.GetAsync(Path)).ShouldBe((4, 1));
        Accepted(await person.GetAsync($"{Path}?mode=test&since={DateTimeOffset.UtcNow.AddMinutes(-10):yyyy-MM-ddTHH:mm:ss}Z")).ShouldBe((1, 0));
        Accepted(await person.GetAsync($"{Path}?since=2026-01-01T00:00:00Z&until=2026-01-02T00:30:00Z")).ShouldBe((0, 0));
        Accepted(await service.As((await service.RegisterAsync()).AccessToken).GetAsync(Path)).ShouldBe((0, 0));
    }

    [Theory]
    [InlineData("since=yesterday", "/query/since", "datetime_invalid")]
    [InlineData("since=2026-01-02T00:00:00Z&until=2026-01-02T00:00:00Z", "/query/since", "range_empty")]
    [InlineData("since=2190-01-01T00:00:00Z", "/query/since", "range_empty")]
    [InlineData("since=2026-01-01T00:00:00Z&until=2026-06-01T00:00:00Z", "/query/since", "range_too_long")]
    [InlineData("until=2026-01-01", "/query/until", "datetime_invalid")]
    [InlineData("channel=email", "/query/channel", "unknown_parameter")]
    [InlineData("mode=test", "/query/mode", "mode_mismatch")]
    public async Task A_range_that_is_none_is_named(string query, string pointer, string code)
    {
        var live = await AccountAsync(await service.RegisterAsync(), "live");

        using var refused = await live.SendAsync(HttpMethod.Get, $"{Path}?{query}");

        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var error = (await SignInService.ReadAsync(refused)).GetProperty("errors")[0];
        (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()).ShouldBe((pointer, code));
    }

    private static (long Email, long InApp) Accepted(JsonElement ledger)
    {
        ledger.GetProperty("balanced").GetBoolean().ShouldBeTrue();
        foreach (var channel in ledger.GetProperty("channels").EnumerateObject())
            ((string[])["delivered", "sent", "failed", "suppressed", "cancelled", "expired", "pending"]).Sum(place => channel.Value.GetProperty(place).GetInt64()).ShouldBe(channel.Value.GetProperty("accepted").GetInt64());
        return (Of("email"), Of("in_app"));

        long Of(string channel) => ledger.GetProperty("channels").GetProperty(channel).GetProperty("accepted").GetInt64();
    }

    private async Task<ApiClient> AccountAsync(SignInService.Person admin, string mode)
    {
        var account = await service.CreateAccountAsync(admin, new { name = mode, scopes = new[] { "notifications:send", "notifications:read" }, mode });
        return await new ApiClient(service.Client).AccountAsync(account.ClientId, account.ClientSecret);
    }
}
