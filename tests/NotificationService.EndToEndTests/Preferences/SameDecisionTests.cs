using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Preferences;

/// <summary>A dry run, the send, its explanation and the worker decide by the same rules.</summary>
public sealed class SameDecisionTests(SignInInProcess running) : IClassFixture<SignInInProcess>
{
    private const string Categories = "/api/v1/admin/categories";

    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(60);
    private static readonly string[] Channels = ["email", "sms", "push", "whatsapp", "in_app"];
    private static readonly string[] Keys = ["shipping", "news", "security"];
    private static readonly object Content = new { subject = "Hello", text = "Hello", html = "<p>Hello</p>", title = "Hello", body = "Hello" };

    private readonly SignInService service = running.Service;

#pragma warning disable CA5394 // the same cases each time
    [Fact]
    public async Task A_dry_run_the_send_and_its_explanation_agree_on_any_case()
    {
        var api = service.As((await service.RegisterAsync()).AccessToken);
        var random = new Random(20261123);
        foreach (var key in Keys)
            await api.ReadAsync(HttpMethod.Post, Categories, new { key, critical = key == "security", marketing = key == "news", channels = On(random) }, HttpStatusCode.Created);
        for (var user = 0; user < 12; user++)
        {
            await api.ReadAsync(HttpMethod.Put, $"/api/v1/services/recipients/u-{user}/preferences", Wishes(random));
            if (user % 3 == 0)
                await api.ReadAsync(HttpMethod.Post, "/api/v1/admin/suppressions", new { channel = user % 2 == 0 ? "email" : "sms", address = user % 2 == 0 ? $"U{user}@example.com" : Phone(user), scope = Scopes[user / 3 % Scopes.Length] }, HttpStatusCode.Created);
        }

        var decided = new HashSet<string>();
        for (var i = 0; i < 200; i++)
        {
            var user = random.Next(12);
            var recipient = new { userId = random.Next(5) == 0 ? null : $"u-{user}", email = $"u{user}@example.com", phone = Phone(user), deviceTokens = new[] { $"token-{user}" } };
            var channels = Channels.Where(channel => recipient.userId is not null || channel != "in_app").OrderBy(_ => random.Next()).Take(random.Next(2, 5)).ToArray();
            object body = random.Next(2) == 0
                ? new { channels, content = Content, recipient, category = Category(random), strategy = "all" }
                : new { channels, content = Content, recipient, category = Category(random), strategy = "fallback", fallbackAfter = 600 };

            using var dry = await api.SendNotificationAsync(body, dryRun: true);
            using var sent = await api.SendNotificationAsync(body);
            dry.StatusCode.ShouldBe(HttpStatusCode.OK, await dry.Content.ReadAsStringAsync());
            sent.StatusCode.ShouldBe(HttpStatusCode.Accepted, await sent.Content.ReadAsStringAsync());
            var (announced, accepted) = (await SignInService.ReadAsync(dry), await SignInService.ReadAsync(sent));
            Facts(accepted).ShouldBe(Facts(announced), ignoreOrder: false, customMessage: JsonSerializer.Serialize(body));
            accepted.GetProperty("status").GetString().ShouldBe(announced.GetProperty("status").GetString());

            var explained = await api.GetAsync($"{ApiClient.Notifications}/{accepted.GetProperty("id").GetGuid()}/explain");
            var rules = Rules(announced.GetProperty("explain"));
            Rules(explained.GetProperty("explain")).ShouldBe(rules, ignoreOrder: true, customMessage: JsonSerializer.Serialize(body));
            decided.UnionWith(rules.Select(rule => rule.Split('|')[1]));
        }

        decided.Order(StringComparer.Ordinal).ShouldBe(["category_critical", "category_default", "opted_out", "paused", "preference", "suppressed_manual"], ignoreOrder: false, customMessage: "else these cases show too little");
    }

    private static readonly string[] Scopes = ["all", "marketing", "category:shipping", "all"];

    private static object Wishes(Random random) => new
    {
        paused = random.Next(6) == 0,
        channels = On(random),
        categories = Keys.Where(_ => random.Next(2) == 0).ToDictionary(key => key, _ => new { enabled = random.Next(3) switch { 0 => true, 1 => false, _ => (bool?)null }, channels = On(random) }),
        optOuts = random.Next(3) == 0 ? ["marketing"] : Array.Empty<string>(),
    };

    private static Dictionary<string, bool> On(Random random) => Channels.Where(_ => random.Next(4) == 0).ToDictionary(channel => channel, _ => random.Next(2) == 0);

    private static string? Category(Random random) => random.Next(5) switch { var at when at < Keys.Length => Keys[at], 3 => "unknown", _ => null };
#pragma warning restore CA5394

    [Fact]
    public async Task What_a_person_says_after_a_send_was_accepted_holds_when_its_time_comes_and_what_is_critical_is_sent()
    {
        var api = await WithSandboxAsync();
        await api.ReadAsync(HttpMethod.Post, Categories, new { key = "alarm", critical = true }, HttpStatusCode.Created);
        var at = TimeProvider.System.GetUtcNow().AddSeconds(8).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        async Task<Guid> SendAsync(string category) => (await api.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send", new { channel = "email", content = Content, recipient = new { userId = "dan", email = "dan@example.com" }, category, sendAt = at }, HttpStatusCode.Accepted)).GetProperty("id").GetGuid();
        var (usual, critical) = (await SendAsync("usual"), await SendAsync("alarm"));

        await api.ReadAsync(HttpMethod.Put, "/api/v1/services/recipients/dan/preferences", new { paused = true });

        (await EndedAsync(api, usual)).ShouldBe(["email suppressed"]);
        (await EndedAsync(api, critical)).ShouldBe(["email delivered"]);
        var last = (await api.TimelineAsync(usual)).GetProperty("items").EnumerateArray().Last();
        last.GetProperty("detail").GetProperty("code").GetString().ShouldBe("paused");
        (await api.GetAsync($"{ApiClient.Notifications}/{usual}/explain")).GetProperty("explain").EnumerateArray().Last().GetProperty("message").GetString().ShouldBe("suppressed: the person wants nothing for now");
    }

    [Fact]
    public async Task A_channel_that_somebody_does_not_want_is_passed_over_and_the_next_one_goes_at_once()
    {
        var api = await WithSandboxAsync();
        await api.ReadAsync(HttpMethod.Put, "/api/v1/services/recipients/eve/preferences", """{"channels":{"sms":false},"categories":{"news":{"channels":{"sms":true}}}}""");
        object Chain(string category) => new { channels = new[] { "sms", "email" }, strategy = "fallback", fallbackAfter = 3600, content = Content, recipient = new { userId = "eve", email = "eve@example.com", phone = "+14155550190" }, category };

        using var sent = await api.SendNotificationAsync(Chain("shipping"), key: "once");
        var accepted = await SignInService.ReadAsync(sent);
        Facts(accepted).ShouldBe(["sms suppressed preference", "email queued "]);
        accepted.GetProperty("deliveries")[0].GetProperty("reason").GetProperty("message").GetString().ShouldBe("the person does not want sms");
        (await EndedAsync(api, accepted.GetProperty("id").GetGuid())).ShouldBe(["email delivered", "sms suppressed"]);
        using (var again = await api.SendNotificationAsync(Chain("shipping"), key: "once"))
            (await SignInService.ReadAsync(again)).ToString().ShouldBe(accepted.ToString());

        using var other = await api.SendNotificationAsync(Chain("news"));
        Facts(await SignInService.ReadAsync(other)).ShouldBe(["sms queued ", "email scheduled "]);
    }

    [Fact]
    public async Task Items_of_a_batch_are_suppressed_each_for_itself_and_counted()
    {
        var api = await WithSandboxAsync();
        await api.ReadAsync(HttpMethod.Put, "/api/v1/services/recipients/fay/preferences", new { optOuts = new[] { "category:offers" } });
        await api.ReadAsync(HttpMethod.Post, "/api/v1/admin/suppressions", new { channel = "email", address = "gus@example.com" }, HttpStatusCode.Created);
        object Item(string user) => new { recipient = new { userId = user, email = $"{user}@example.com" } };

        var opened = await api.ReadAsync(
            HttpMethod.Post, $"{ApiClient.Notifications}/send-batch", new { channel = "email", content = Content, category = "offers", notifications = new[] { Item("fay"), Item("gus"), Item("hal") } }, HttpStatusCode.Accepted);
        var batch = opened.GetProperty("batchId").GetString();

        await Eventually.TrueAsync(
            async () => (await api.GetAsync($"{ApiClient.Notifications}/batches/{batch}")).GetProperty("deliveries") is var counts
                && counts.GetProperty("suppressed").GetInt32() == 2 && counts.GetProperty("delivered").GetInt32() == 1,
            Ample, () => "two are suppressed and one is delivered");
    }

    [Fact]
    public async Task Within_quiet_hours_it_waits_and_says_so_what_is_critical_is_sent_and_what_expires_before_their_end_is_not()
    {
        var api = await WithSandboxAsync();
        await api.ReadAsync(HttpMethod.Post, Categories, new { key = "alarm", critical = true }, HttpStatusCode.Created);
        // A window that began an hour ago, whatever the time is, and ends in six hours or so.
        var now = TimeProvider.System.GetUtcNow();
        var (from, until) = (now.AddHours(-1), now.AddHours(6));
        string Clock(DateTimeOffset time) => time.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture);
        await api.ReadAsync(HttpMethod.Put, "/api/v1/services/recipients/ida/preferences", new { quietHours = new { windows = new[] { new { days = new[] { "mon", "tue", "wed", "thu", "fri", "sat", "sun" }, from = Clock(from), until = Clock(until), channels = new[] { "email" } } } } });
        object About(string? category, DateTimeOffset? sendAt = null, DateTimeOffset? expiresAt = null) => new { channel = "email", content = Content, recipient = new { userId = "ida", email = "ida@example.com", timezone = "UTC" }, category, sendAt, expiresAt };

        using var dry = await api.SendNotificationAsync(About(null), dryRun: true);
        using var sent = await api.SendNotificationAsync(About(null));
        var (announced, accepted) = (await SignInService.ReadAsync(dry), await SignInService.ReadAsync(sent));
        Facts(accepted).ShouldBe(["email scheduled "]);
        Facts(announced).ShouldBe(Facts(accepted));
        announced.GetProperty("explain").EnumerateArray().ShouldContain(step => step.GetProperty("code").GetString() == "quiet_hours");
        var delivery = (await api.NotificationAsync(accepted.GetProperty("id").GetGuid())).GetProperty("deliveries")[0];
        delivery.GetProperty("hold").GetProperty("reason").GetString().ShouldBe("quiet_hours");
        delivery.GetProperty("hold").GetProperty("until").GetDateTimeOffset().ShouldBeInRange(until.AddMinutes(-2), until.AddMinutes(6));
        (await api.GetAsync($"{ApiClient.Notifications}/{accepted.GetProperty("id").GetGuid()}/explain")).GetProperty("explain").EnumerateArray().ShouldContain(step => step.GetProperty("code").GetString() == "quiet_hours");

        using var critical = await api.SendNotificationAsync(About("alarm"));
        (await EndedAsync(api, (await SignInService.ReadAsync(critical)).GetProperty("id").GetGuid())).ShouldBe(["email delivered"]);
        using var brief = await api.SendNotificationAsync(About(null, expiresAt: now.AddSeconds(20)));
        var id = (await SignInService.ReadAsync(brief)).GetProperty("id").GetGuid();
        await Eventually.TrueAsync(async () => (await api.NotificationAsync(id)).GetProperty("status").GetString() == "expired", Ample, () => "it expires when it says, not after the night");
    }

    [Fact]
    public async Task Quiet_hours_that_somebody_sets_after_a_send_was_accepted_hold_when_its_time_comes()
    {
        var api = await WithSandboxAsync();
        var now = TimeProvider.System.GetUtcNow();
        var sendAt = now.AddSeconds(8).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var id = (await api.ReadAsync(HttpMethod.Post, $"{ApiClient.Notifications}/send", new { channel = "email", content = Content, recipient = new { userId = "joe", email = "joe@example.com" }, sendAt }, HttpStatusCode.Accepted)).GetProperty("id").GetGuid();
        (await api.NotificationAsync(id)).GetProperty("deliveries")[0].GetProperty("hold").GetProperty("reason").GetString().ShouldBe("send_at");
        string Clock(DateTimeOffset time) => time.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture);

        await api.ReadAsync(HttpMethod.Put, "/api/v1/services/recipients/joe/preferences", new { quietHours = new { timezone = "UTC", windows = new[] { new { days = new[] { "mon", "tue", "wed", "thu", "fri", "sat", "sun" }, from = Clock(now.AddHours(-1)), until = Clock(now.AddHours(6)) } } } });

        await Eventually.TrueAsync(
            async () => (await api.NotificationAsync(id)).GetProperty("deliveries")[0] is var delivery && delivery.GetProperty("status").GetString() == "scheduled" && delivery.GetProperty("hold").GetProperty("reason").GetString() == "quiet_hours",
            Ample, () => "it waits for the end of the night");
    }

    private async Task<ApiClient> WithSandboxAsync()
    {
        var api = service.As((await service.RegisterAsync()).AccessToken);
        foreach (var channel in (string[])["email", "sms"])
            await api.CreateProviderAsync(new { channel, type = "sandbox", name = channel });
        return api;
    }

    private static async Task<IReadOnlyList<string>> EndedAsync(ApiClient api, Guid id)
    {
        var notification = await Eventually.ValueAsync(
            () => api.NotificationAsync(id),
            static found => found.GetProperty("deliveries").EnumerateArray().All(delivery => delivery.GetProperty("status").GetString() is "delivered" or "suppressed"), Ample);
        return [.. notification.GetProperty("deliveries").EnumerateArray().Select(delivery => $"{delivery.GetProperty("channel").GetString()} {delivery.GetProperty("status").GetString()}").Order(StringComparer.Ordinal)];
    }

    /// <summary>Of each delivery channel, status and reason.</summary>
    private static IReadOnlyList<string> Facts(JsonElement response) =>
    [
        .. response.GetProperty("deliveries").EnumerateArray().Select(delivery =>
            $"{delivery.GetProperty("channel").GetString()} {delivery.GetProperty("status").GetString()} {(delivery.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.Object ? reason.GetProperty("code").GetString() : "")}"),
    ];

    /// <summary>The steps that say which rule decided.</summary>
    private static IReadOnlyList<string> Rules(JsonElement steps) =>
    [
        .. steps.EnumerateArray()
            .Select(step => (Channel: step.TryGetProperty("channel", out var channel) ? channel.GetString() : null, Code: step.GetProperty("code").GetString(), Message: step.GetProperty("message").GetString()!))
            .Where(step => step.Message.StartsWith("suppressed: ", StringComparison.Ordinal) || step.Message.StartsWith("may be sent: ", StringComparison.Ordinal))
            .Select(step => $"{step.Channel}|{step.Code}|{step.Message}"),
    ];

    private static string Phone(int user) => $"+141555501{user:00}";
}
