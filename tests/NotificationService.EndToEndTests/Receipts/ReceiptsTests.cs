using System.Net;
using System.Text;
using System.Text.Json;
using NotificationService.EndToEndTests.SignIn;
using NotificationService.Testing;

namespace NotificationService.EndToEndTests.Receipts;

/// <summary>Reports over HTTP: whose they are, what is refused, what they change.</summary>
[Collection(SignInCollection.Name)]
public sealed class ReceiptsTests(SignInService service)
{
    [Fact]
    public async Task A_signed_report_changes_the_delivery_once_however_often_it_comes()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        var delivery = await SentAsync(tenant);

        for (var i = 0; i < 20; i++)
            await StatusAsync(tenant.ReportAsync(Report("e-1", "delivered", delivery)), HttpStatusCode.OK);

        await tenant.UntilAsync(delivery, "delivered");
        (await tenant.TimelineAsync(delivery)).ShouldBe(["queued", "sending", "sent", "delivered"]);
    }

    [Fact]
    public async Task Each_callback_is_explained_with_its_provider_its_words_its_times_and_what_was_sent()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        var delivery = await SentAsync(tenant);
        await StatusAsync(
            tenant.ReportAsync(
                new { id = "b", status = "bounced", deliveryId = delivery, at = DateTimeOffset.UtcNow.AddMinutes(-1), code = "5.1.1", message = "no such user", address = "ann@example.com" },
                Report("o", "opened", delivery), Report("c", "clicked", delivery), Report("s", "sent", delivery)),
            HttpStatusCode.OK);
        await tenant.UntilAsync(delivery, "bounced");

        var path = $"/api/v1/services/notifications/{ReceiptsTenant.NotificationOf(delivery)}";
        var steps = await ExplainedAsync(tenant, $"{path}/explain", 4);
        var bounced = steps.Single(step => step.GetProperty("code").GetString() == "5.1.1");
        bounced.GetProperty("message").GetString().ShouldNotBeNull().ShouldStartWith("bounced: Sandbox reported bounced: no such user (5.1.1); it came at 20");
        var callback = bounced.GetProperty("callback");
        (callback.GetProperty("provider").GetString(), callback.GetProperty("kind").GetString()).ShouldBe(("Sandbox", "bounced"));
        callback.GetProperty("occurredAt").GetDateTimeOffset().ShouldBeLessThan(callback.GetProperty("receivedAt").GetDateTimeOffset());
        callback.GetProperty("receivedAt").GetDateTimeOffset().ShouldBeLessThanOrEqualTo(callback.GetProperty("appliedAt").GetDateTimeOffset());
        var raw = callback.GetProperty("raw").GetString().ShouldNotBeNull();
        raw.ShouldContain("no such user");
        raw.ShouldNotContain("ann@example.com");
        steps.Where(step => step.GetProperty("code").GetString() == "callback_ignored").Select(step => step.GetProperty("message").GetString())
            .ShouldHaveSingleItem().ShouldNotBeNull().ShouldStartWith("Sandbox reported sent: it changed nothing (already_");
        var engagement = (await tenant.ReadAsync(path)).GetProperty("deliveries")[0].GetProperty("engagement");
        engagement.GetProperty("openedAt").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UtcNow.AddHours(-1));
        engagement.TryGetProperty("clickedAt", out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("Hello Ann", 1, "gsm7")]
    [InlineData("Здравствуйте", 1, "ucs2")]
    public async Task A_text_message_says_how_many_segments_it_took_and_in_which_encoding(string text, int segments, string encoding)
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        await tenant.AddProviderAsync("Texts", "sms");
        var delivery = await tenant.SendAsync("+14155550100", "sms", text);
        await tenant.UntilAsync(delivery, "delivered");

        var path = $"/api/v1/services/notifications/{ReceiptsTenant.NotificationOf(delivery)}";
        var shown = (await tenant.ReadAsync(path)).GetProperty("deliveries")[0];
        (shown.GetProperty("segments").GetInt32(), shown.GetProperty("smsEncoding").GetString()).ShouldBe((segments, encoding));
        var attempt = (await tenant.ReadAsync($"{path}/timeline")).GetProperty("items").EnumerateArray().Single(step => step.TryGetProperty("attempt", out _)).GetProperty("attempt");
        (attempt.GetProperty("segments").GetInt32(), attempt.GetProperty("smsEncoding").GetString()).ShouldBe((segments, encoding));
    }

    [Fact]
    public async Task Reports_of_many_deliveries_come_in_one_body_and_in_any_order()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        var deliveries = new List<Guid>();
        for (var i = 0; i < 5; i++)
            deliveries.Add(await SentAsync(tenant));

        await StatusAsync(
            tenant.ReportAsync([.. deliveries.SelectMany(delivery => (object[])[Report($"r-{delivery}", "read", delivery), Report($"d-{delivery}", "delivered", delivery), Report($"s-{delivery}", "sent", delivery)])]),
            HttpStatusCode.OK);

        foreach (var delivery in deliveries)
            await tenant.UntilAsync(delivery, "read");
    }

    [Fact]
    public async Task Unsigned_tampered_and_misdirected_reports_are_refused_and_change_nothing()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        var other = await ReceiptsTenant.CreateAsync(service);
        var delivery = await SentAsync(tenant);
        var body = JsonSerializer.SerializeToUtf8Bytes(new[] { Report("e-1", "delivered", delivery) });
        var (path, signature) = ($"/webhooks/sandbox/{tenant.Provider}", ReceiptsTenant.Sign(body));
        var flipped = body.ToArray();
        flipped[7] ^= 1;

        await StatusAsync(PostAsync(path, body, null), HttpStatusCode.Forbidden);
        await StatusAsync(PostAsync(path, body, ""), HttpStatusCode.Forbidden);
        await StatusAsync(PostAsync(path, body, new string('0', 64)), HttpStatusCode.Forbidden);
        await StatusAsync(PostAsync(path, body, signature[..62] + "0G"), HttpStatusCode.Forbidden);
        await StatusAsync(PostAsync(path, body, ReceiptsTenant.Sign(body, "another secret")), HttpStatusCode.Forbidden);
        await StatusAsync(PostAsync(path, flipped, signature), HttpStatusCode.Forbidden);
        await StatusAsync(PostAsync(path, [.. body, (byte)'\n'], signature), HttpStatusCode.Forbidden);
        await StatusAsync(PostAsync(path, [0xEF, 0xBB, 0xBF, .. body], signature), HttpStatusCode.Forbidden);
        await StatusAsync(service.Client.GetAsync(new Uri(path, UriKind.Relative)), HttpStatusCode.Forbidden);
        await StatusAsync(PostAsync($"/webhooks/sandbox/{Guid.CreateVersion7()}", body, signature), HttpStatusCode.NotFound);
        await StatusAsync(PostAsync($"/webhooks/sandbox/{Guid.NewGuid()}", body, signature), HttpStatusCode.NotFound);
        await StatusAsync(PostAsync("/webhooks/sandbox/x", body, signature), HttpStatusCode.NotFound);
        await StatusAsync(PostAsync($"/webhooks/twilio/{tenant.Provider}", body, signature), HttpStatusCode.NotFound);
        await StatusAsync(service.Client.PutAsync(new Uri(path, UriKind.Relative), new ByteArrayContent(body)), HttpStatusCode.MethodNotAllowed);
        // Signed, and of another tenant's delivery: taken, and matched with nothing.
        await StatusAsync(ReceiptsTenant.ReportAsync(service.Client, other.Provider, Report("e-2", "bounced", delivery)), HttpStatusCode.OK);
        await Eventually.TrueAsync(async () => (await other.ReadAsync("/api/v1/admin/receipts?state=pending")).GetProperty("items").GetArrayLength() == 1, ReceiptsTenant.Ample);

        (await service.Database.ScalarAsync<long>($"select count(*) from receipts where provider_id = '{tenant.Provider}'")).ShouldBe(0);
        (await tenant.StatusAsync(delivery)).ShouldBe("sent");
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("null", HttpStatusCode.BadRequest)]
    [InlineData("[[]]", HttpStatusCode.BadRequest)]
    [InlineData("""[{"id":"x","status":{"a":1}}]""", HttpStatusCode.BadRequest)]
    [InlineData("""[{"id":"x","status":"delivered\u0000"}]""", HttpStatusCode.BadRequest)]
    [InlineData("""[{"id":"x","status":"delivered","deliveryId":"none"}]""", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.OK)]
    [InlineData("""[{"id":"x","status":"delivered","at":"2099-01-01T00:00:00Z","message":"<script>\u0000\u001b[31m"}]""", HttpStatusCode.OK)]
    [InlineData("""[{"id":"x","status":"delivered","message":"\ud800"}]""", HttpStatusCode.BadRequest)]
    public async Task A_signed_body_that_says_nothing_usable_is_a_clear_refusal_and_never_an_error_of_ours(string text, HttpStatusCode expected)
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        var body = Encoding.UTF8.GetBytes(text);

        await StatusAsync(PostAsync($"/webhooks/sandbox/{tenant.Provider}", body, ReceiptsTenant.Sign(body)), expected);
    }

    [Fact]
    public async Task Too_much_or_packed_is_refused_before_it_is_looked_at()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        var path = $"/webhooks/sandbox/{tenant.Provider}";
        var large = new byte[(4 * 1024 * 1024) + 1];

        await StatusAsync(PostAsync(path, large, ReceiptsTenant.Sign(large)), HttpStatusCode.RequestEntityTooLarge);
        await StatusAsync(ReceiptsTenant.PostAsync(service.Client, path, [1, 2, 3], ReceiptsTenant.Sign([1, 2, 3]), "gzip"), HttpStatusCode.UnsupportedMediaType);
        using var chunked = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StreamContent(new MemoryStream(large)) };
        chunked.Headers.TransferEncodingChunked = true;
        await StatusAsync(service.Client.SendAsync(chunked), HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_provider_that_is_deleted_or_given_another_secret_is_known_so_within_two_seconds()
    {
        var tenant = await ReceiptsTenant.CreateAsync(service);
        var provider = await tenant.AddProviderAsync("Second");
        await StatusAsync(ReceiptsTenant.ReportAsync(service.Client, provider), HttpStatusCode.OK);

        using (var removed = await service.As(tenant.Admin.AccessToken).SendAsync(HttpMethod.Delete, $"{ApiClient.Admin}/providers/{provider}"))
            removed.EnsureSuccessStatusCode();
        var deleted = TimeProvider.System.GetTimestamp();

        // Counted from when it was asked: however long a response takes on a slow machine, it is that of the moment.
        var taken = TimeSpan.Zero;
        await Eventually.TrueAsync(async () =>
        {
            var asked = TimeProvider.System.GetElapsedTime(deleted);
            using var response = await ReceiptsTenant.ReportAsync(service.Client, provider);
            if (response.StatusCode == HttpStatusCode.OK)
                taken = asked;
            return response.StatusCode == HttpStatusCode.NotFound;
        }, ReceiptsTenant.Ample);
        taken.ShouldBeLessThan(TimeSpan.FromSeconds(2.2));
    }

    [Fact]
    public async Task What_matches_nothing_is_listed_for_the_tenant_alone()
    {
        var (tenant, stranger) = (await ReceiptsTenant.CreateAsync(service), await ReceiptsTenant.CreateAsync(service));
        await StatusAsync(tenant.ReportAsync(Report("e-1", "delivered", null)), HttpStatusCode.OK);

        JsonElement items = default;
        await Eventually.TrueAsync(async () => (items = (await tenant.ReadAsync("/api/v1/admin/receipts?state=unmatched&cursor=")).GetProperty("items")).GetArrayLength() == 1, ReceiptsTenant.Ample);
        items[0].GetProperty("reason").GetString().ShouldBe("names_no_message");
        items[0].GetProperty("kind").GetString().ShouldBe("delivered");
        (await stranger.ReadAsync("/api/v1/admin/receipts")).GetProperty("items").GetArrayLength().ShouldBe(0);
        await StatusAsync(service.GetAsync("/api/v1/admin/receipts?state=lost", tenant.Admin.AccessToken), HttpStatusCode.UnprocessableEntity);
    }

    /// <summary>The sandbox itself says nothing of it.</summary>
    private static async Task<Guid> SentAsync(ReceiptsTenant tenant)
    {
        var delivery = await tenant.SendAsync("ann+nocallback@example.com");
        await tenant.UntilAsync(delivery, "sent");
        return delivery;
    }

    /// <summary>The callbacks among what is explained, once there are so many.</summary>
    private static async Task<IReadOnlyList<JsonElement>> ExplainedAsync(ReceiptsTenant tenant, string path, int callbacks)
    {
        IReadOnlyList<JsonElement> found = [];
        await Eventually.TrueAsync(
            async () => (found = [.. (await tenant.ReadAsync(path)).GetProperty("explain").EnumerateArray().Where(step => step.TryGetProperty("callback", out _))]).Count == callbacks, ReceiptsTenant.Ample);
        return found;
    }

    private static object Report(string id, string status, Guid? delivery) => new { id, status, deliveryId = delivery, at = DateTimeOffset.UtcNow };

    private Task<HttpResponseMessage> PostAsync(string path, byte[] body, string? signature) => ReceiptsTenant.PostAsync(service.Client, path, body, signature);

    private static async Task StatusAsync(Task<HttpResponseMessage> asked, HttpStatusCode expected)
    {
        using var response = await asked;
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(expected, text);
        if ((int)expected >= 400)
            JsonElement.Parse(text).GetProperty("code").GetString().ShouldNotBeNullOrEmpty();
        text.ShouldNotContain("signature", Case.Insensitive, "who tries signatures learns nothing");
    }
}
