using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.Receipts;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Modes;

/// <summary>What is reported of a test account's messages changes nothing for live: no address is suppressed, and the test account sees why.</summary>
[Collection(SignInCollection.Name)]
public sealed class TestReceiptsTests(SignInService service)
{
    private const string Suppressions = "/api/v1/admin/suppressions";
    private static readonly TimeSpan Ample = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("email", "ann+bounce@example.com", "bounced")]
    [InlineData("email", "ann+complain@example.com", "delivered")]
    [InlineData("sms", "+14155550001", "bounced")]
    [InlineData("sms", "+14155550002", "delivered")]
    public async Task What_comes_back_to_a_test_account_suppresses_nothing_and_live_still_writes_there(string channel, string to, string status)
    {
        var tenant = await TwoModes.CreateAsync(service);
        var test = await SendAsync(tenant, "test", channel, to);

        await Eventually.TrueAsync(async () => (await ExplainedAsync(tenant, test)).Contains("because a test account sent it", StringComparison.Ordinal), Ample);
        await UntilAsync(tenant, "test", test, status);
        if (status == "bounced")
        {
            (await tenant.GetAsync("test", $"{TwoModes.Root}/{test}/timeline")).GetProperty("items").EnumerateArray().Last()
                .GetProperty("detail").GetProperty("suppression").GetString().ShouldBe("test_account");
        }

        (await ItemsAsync(tenant, "person", Suppressions)).ShouldBeEmpty();
        await AddSandboxAsync(tenant, channel);
        var live = await SendAsync(tenant, "live", channel, to);
        await UntilAsync(tenant, "live", live, status);
        await Eventually.TrueAsync(async () => (await ItemsAsync(tenant, "person", Suppressions)).Count == 1, Ample);
        (await ExplainedAsync(tenant, live, "live")).ShouldNotContain("because a test account sent it");
    }

    [Fact]
    public async Task A_report_in_the_sandboxes_name_is_of_the_mode_of_the_message_that_it_names_and_else_a_test()
    {
        var tenant = await TwoModes.CreateAsync(service);
        var provider = await AddSandboxAsync(tenant, "email");
        var sent = new Dictionary<string, (Guid Id, Guid Delivery, string Message)>();
        foreach (var mode in (string[])["live", "test"])
        {
            var id = await SendAsync(tenant, mode, "email", "ann+nocallback@example.com");
            await UntilAsync(tenant, mode, id, "sent");
            var delivery = (await tenant.GetAsync(mode, $"{TwoModes.Root}/{id}")).GetProperty("deliveries")[0];
            sent[mode] = (id, delivery.GetProperty("id").GetGuid(), delivery.GetProperty("providerMessageId").GetString()!);
        }

        using (var response = await ReceiptsTenant.ReportAsync(
            service.Client, provider,
            new { id = "1", status = "delivered", messageId = sent["live"].Message }, new { id = "2", status = "delivered", messageId = sent["test"].Message },
            new { id = "3", status = "unsubscribed", address = "bob@example.com" }, new { id = "4", status = "delivered" }))
        {
            response.StatusCode.ShouldBe(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        }

        foreach (var (mode, (id, delivery, _)) in sent)
        {
            await UntilAsync(tenant, mode, id, "delivered");
            var applied = (await ItemsAsync(tenant, mode, "/api/v1/admin/receipts?state=applied")).ShouldHaveSingleItem();
            (applied.GetProperty("deliveryId").GetGuid(), applied.GetProperty("live").GetBoolean()).ShouldBe((delivery, mode == "live"));
        }

        foreach (var (state, reason) in ((string, string)[])[("ignored", "test_account"), ("unmatched", "names_no_message")])
        {
            var path = $"/api/v1/admin/receipts?state={state}";
            await Eventually.TrueAsync(async () => (await ItemsAsync(tenant, "test", path)).Count == 1, Ample);
            (await ItemsAsync(tenant, "test", path))[0].GetProperty("reason").GetString().ShouldBe(reason);
            (await ItemsAsync(tenant, "live", path)).ShouldBeEmpty(state);
        }

        (await ItemsAsync(tenant, "person", Suppressions)).ShouldBeEmpty();
    }

    private static async Task<Guid> SendAsync(TwoModes tenant, string mode, string channel, string to) => (await tenant.AcceptedAsync(
        mode, "send", $$$"""{"recipient":{"{{{(channel == "email" ? "email" : "phone")}}}":"{{{to}}}"},"channel":"{{{channel}}}","content":{"subject":"Hello","text":"Hello"}}""")).GetProperty("id").GetGuid();

    private static Task<JsonElement> UntilAsync(TwoModes tenant, string mode, Guid id, string status) =>
        Eventually.ValueAsync(() => tenant.GetAsync(mode, $"{TwoModes.Root}/{id}"), found => found.GetProperty("status").GetString() == status, Ample);

    private static async Task<string> ExplainedAsync(TwoModes tenant, Guid id, string mode = "test") =>
        string.Join('\n', (await tenant.GetAsync(mode, $"{TwoModes.Root}/{id}/explain")).GetProperty("explain").EnumerateArray().Select(step => step.GetProperty("message").GetString()));

    private static async Task<IReadOnlyList<JsonElement>> ItemsAsync(TwoModes tenant, string who, string path) => [.. (await tenant.GetAsync(who, path)).GetProperty("items").EnumerateArray()];

    private static async Task<Guid> AddSandboxAsync(TwoModes tenant, string channel)
    {
        using var response = await tenant.PostAsync(
            "person", "/api/v1/admin/providers",
            $$$"""{"channel":"{{{channel}}}","type":"sandbox","name":"Sandbox","priority":1,"credentials":{"receiptSecret":"{{{ReceiptsTenant.Secret}}}"}}""");
        response.StatusCode.ShouldBe(HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return (await SignInService.ReadAsync(response)).GetProperty("id").GetGuid();
    }
}
