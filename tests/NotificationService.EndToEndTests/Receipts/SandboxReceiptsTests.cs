using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Receipts;

/// <summary>What the sandbox reports by itself, seen from outside: sent becomes delivered, bounced, complained of.</summary>
[Collection(SignInCollection.Name)]
public sealed class SandboxReceiptsTests(SignInService service)
{
    [Fact]
    public async Task What_is_sent_becomes_delivered()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);

        var delivery = await tenant.SendAsync("ann@example.com");

        await tenant.UntilAsync(delivery, "delivered");
        (await tenant.TimelineAsync(delivery)).ShouldBe(["queued", "sending", "sent", "delivered"]);
    }

    [Fact]
    public async Task A_bounce_puts_the_address_on_the_list_and_nothing_more_is_sent_to_it_until_it_is_taken_off()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);

        await tenant.UntilAsync(await tenant.SendAsync("ann+bounce@example.com"), "bounced");
        var second = await tenant.SendAsync("Ann+Bounce@Example.com");
        await tenant.UntilAsync(second, "suppressed");

        var listed = (await tenant.ReadAsync("/api/v1/admin/suppressions?address=ann%2Bbounce@example.com")).GetProperty("items");
        var suppression = listed.EnumerateArray().ShouldHaveSingleItem();
        suppression.GetProperty("reason").GetString().ShouldBe("bounce");
        suppression.GetProperty("providerId").GetGuid().ShouldBe(tenant.Provider);
        (await tenant.TimelineAsync(second)).ShouldBe(["queued", "suppressed"]);

        using var lifted = await service.As(tenant.Admin.AccessToken).SendAsync(HttpMethod.Delete, $"{ApiClient.Admin}/suppressions/{suppression.GetProperty("id").GetString()}");
        lifted.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await tenant.UntilAsync(await tenant.SendAsync("ann+bounce@example.com"), "bounced");
    }

    [Fact]
    public async Task A_complaint_leaves_it_delivered_and_suppresses_what_comes_next()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);

        var first = await tenant.SendAsync("ann+complain@example.com");
        await tenant.UntilAsync(first, "delivered");
        await Eventually.TrueAsync(async () => (await SuppressionsAsync(tenant)).GetArrayLength() == 1, ReceiptsTenant.Ample);

        await tenant.UntilAsync(await tenant.SendAsync("ann+complain@example.com"), "suppressed");
        (await tenant.StatusAsync(first)).ShouldBe("delivered");
    }

    [Fact]
    public async Task Whoever_wants_no_report_gets_none()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        var silent = await tenant.SendAsync("ann+nocallback@example.com");
        var loud = await tenant.SendAsync("bob@example.com");

        await tenant.UntilAsync(loud, "delivered");

        (await tenant.StatusAsync(silent)).ShouldBe("sent");
    }

    private static async Task<JsonElement> SuppressionsAsync(ReceiptsTenant tenant) => (await tenant.ReadAsync("/api/v1/admin/suppressions")).GetProperty("items");
}
