using System.Net;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;

namespace NotificationService.EndToEndTests.Receipts;

[Collection(SignInCollection.Name)]
public sealed class SuppressionsApiTests(SignInService service)
{
    private const string Path = "/api/v1/admin/suppressions";

    [Fact]
    public async Task An_address_is_added_found_and_removed_and_the_audit_log_reports_it_without_the_address()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);

        var (created, added) = await PostAsync(tenant, new { channel = "email", address = "Ann@Example.com" });
        var (repeated, again) = await PostAsync(tenant, new { channel = "email", address = "ann@example.com", expiresAt = DateTimeOffset.UtcNow.AddDays(1) });
        (created, repeated).ShouldBe((HttpStatusCode.Created, HttpStatusCode.OK));
        var id = added.GetProperty("id").GetString();
        again.GetProperty("id").GetString().ShouldBe(id);
        added.GetProperty("address").GetString().ShouldBe("ann@example.com");
        added.GetProperty("reason").GetString().ShouldBe("manual");

        (await CountAsync(tenant, "?channel=email&address=ANN@example.com&reason=manual")).ShouldBe(1);
        (await CountAsync(tenant, "?channel=sms")).ShouldBe(0);
        (await CountAsync(tenant, "?address=bob@example.com")).ShouldBe(0);
        await tenant.UntilAsync(await tenant.SendAsync("ann@example.com"), "suppressed");

        (await DeleteAsync(tenant, id)).ShouldBe(HttpStatusCode.NoContent);
        (await DeleteAsync(tenant, id)).ShouldBe(HttpStatusCode.NotFound);
        await tenant.UntilAsync(await tenant.SendAsync("ann@example.com"), "delivered");
        var audit = await service.Database.QueryAsync<string>(
            $"select action || ' ' || coalesce(after::text, '') from audit_log where tenant_id = '{tenant.Admin.Tenant}' and action like 'suppression.%' order by at");
        audit.Count.ShouldBe(3);
        audit[^1].ShouldStartWith("suppression.removed");
        string.Join(' ', audit).ShouldNotContain("example.com");
    }

    [Fact]
    public async Task Another_tenant_neither_sees_nor_removes_it_nor_is_kept_from_sending()
    {
        var (tenant, stranger) = (await ReceiptsTenant.CreateAsync(service), await ReceiptsTenant.CreateAsync(service));
        var (_, added) = await PostAsync(tenant, new { channel = "email", address = "ann@example.com" });
        var id = added.GetProperty("id").GetString();

        (await CountAsync(stranger, "")).ShouldBe(0);
        (await DeleteAsync(stranger, id)).ShouldBe(HttpStatusCode.NotFound);
        using var response = await service.GetAsync($"{Path}/{id}", stranger.Admin.AccessToken);
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await stranger.UntilAsync(await stranger.SendAsync("ann@example.com"), "delivered");
    }

    [Theory]
    [InlineData("""{}""", "/channel", "/address")]
    [InlineData("""{"channel":"in_app","address":"u-1"}""", "/channel")]
    [InlineData("""{"channel":"email","address":"no address"}""", "/address")]
    [InlineData("""{"channel":"sms","address":"014155"}""", "/address")]
    [InlineData("""{"channel":"push","address":""}""", "/address")]
    [InlineData("""{"channel":"email","address":"ann@example.com","expiresAt":"2020-01-01T00:00:00Z"}""", "/expiresAt")]
    [InlineData("""{"channel":"email","address":"ann@example.com","scope":"everything"}""", "/scope")]
    [InlineData("""{"channel":"email","address":"ann@example.com","scope":"category:"}""", "/scope")]
    public async Task What_cannot_be_an_address_is_refused_by_name(string body, params string[] pointers)
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);

        var (status, problem) = await PostAsync(tenant, JsonElement.Parse(body));

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        problem.GetProperty("errors").EnumerateArray().Select(error => error.GetProperty("pointer").GetString()).ShouldBe(pointers);
    }

    [Fact]
    public async Task An_opt_out_of_marketing_stops_marketing_alone_in_a_dry_run_at_accept_and_at_the_call()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        var api = service.As(tenant.Admin.AccessToken);
        await api.ReadAsync(HttpMethod.Post, "/api/v1/admin/categories", new { key = "offers", marketing = true }, HttpStatusCode.Created);
        await api.ReadAsync(HttpMethod.Post, "/api/v1/admin/categories", new { key = "alarm", critical = true }, HttpStatusCode.Created);
        object Send(string? category, DateTimeOffset? sendAt = null) => new { channel = "email", recipient = new { email = "ann@example.com" }, content = new { subject = "Hello", text = "Hello" }, category, sendAt };
        async Task<string> DecidedAsync(string? category, bool dryRun)
        {
            using var response = await api.SendNotificationAsync(Send(category), dryRun: dryRun);
            var delivery = (await SignInService.ReadAsync(response)).GetProperty("deliveries")[0];
            return $"{delivery.GetProperty("status").GetString()} {(delivery.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.Object ? reason.GetProperty("code").GetString() : "")}";
        }

        using var later = await api.SendNotificationAsync(Send("offers", TimeProvider.System.GetUtcNow().AddSeconds(8)));
        var accepted = (await SignInService.ReadAsync(later)).GetProperty("deliveries")[0].GetProperty("id").GetGuid();
        var (created, added) = await PostAsync(tenant, new { channel = "email", address = "ann@example.com", scope = "marketing" });
        (created, added.GetProperty("scope").GetString()).ShouldBe((HttpStatusCode.Created, "marketing"));

        foreach (var dryRun in (bool[])[true, false])
        {
            (await DecidedAsync("offers", dryRun)).ShouldBe("suppressed opted_out");
            (await DecidedAsync("orders", dryRun)).ShouldBe("queued ");
            (await DecidedAsync("alarm", dryRun)).ShouldStartWith("queued");
            (await DecidedAsync(null, dryRun)).ShouldBe("queued ");
        }

        await tenant.UntilAsync(accepted, "suppressed");
        (await PostAsync(tenant, new { channel = "email", address = "ann@example.com" })).Status.ShouldBe(HttpStatusCode.Created, "another scope is another row");
        (await CountAsync(tenant, "?address=ann@example.com")).ShouldBe(2);
        (await DecidedAsync("alarm", dryRun: true)).ShouldBe("suppressed suppressed_manual");
        await DeleteAsync(tenant, (await tenant.ReadAsync($"{Path}?reason=manual")).GetProperty("items").EnumerateArray().Single(item => item.GetProperty("scope").GetString() == "all").GetProperty("id").GetString());
        (await DecidedAsync("offers", dryRun: true)).ShouldBe("suppressed opted_out", "taking one off the list leaves the other");
    }

    [Fact]
    public async Task A_long_list_is_paged_by_cursor()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        for (var i = 0; i < 5; i++)
            await PostAsync(tenant, new { channel = "sms", address = $"+1415555010{i}" });

        var (seen, cursor) = (new List<string?>(), "");
        do
        {
            var page = await tenant.ReadAsync($"{Path}?limit=2&cursor={Uri.EscapeDataString(cursor)}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("address").GetString()));
            cursor = page.TryGetProperty("nextCursor", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString()! : "";
        }
        while (cursor.Length > 0);

        seen.ShouldBe(["+14155550104", "+14155550103", "+14155550102", "+14155550101", "+14155550100"]);
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(ReceiptsTenant tenant, object body)
    {
        using var response = await service.PostAsync(Path, body, tenant.Admin.AccessToken);
        return (response.StatusCode, await SignInService.ReadAsync(response));
    }

    private static async Task<int> CountAsync(ReceiptsTenant tenant, string query) => (await tenant.ReadAsync(Path + query)).GetProperty("items").GetArrayLength();

    private async Task<HttpStatusCode> DeleteAsync(ReceiptsTenant tenant, string? id)
    {
        using var response = await service.As(tenant.Admin.AccessToken).SendAsync(HttpMethod.Delete, $"{Path}/{id}");
        return response.StatusCode;
    }
}
