using System.Globalization;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.SendGrid;
using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>What is SendGrid's own: what it is sent, and what its responses mean.</summary>
public sealed class SendGridProviderTests : IAsyncLifetime
{
    private static readonly Ids Ids = new(TimeProvider.System);

    private readonly SendGridContract contract = new();
    private readonly ManualTime time = new(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));
    private FakeHttpProvider? vendor;

    private FakeHttpProvider Vendor => vendor ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync() => vendor = await FakeHttpProvider.StartAsync(contract: contract);

    public ValueTask DisposeAsync() => Vendor.DisposeAsync();

    [Fact]
    public async Task The_request_is_as_SendGrid_wants_it()
    {
        var call = Call(new ChannelMessage.Email(new EmailAddress("ann@example.com", "Ann \"A\" Exämple"), "Your order – é", "<p>It's <b>on</b> its way</p>", "It is on its way")) with { Attempt = 3 };

        (await Provider().SendAsync(call, CancellationToken.None)).ShouldBe(new ProviderResult.Accepted("fake-1"));

        var request = Vendor.Calls.ShouldHaveSingleItem();
        (request.Method, request.Path).ShouldBe(("POST", "/v3/mail/send"));
        request.Headers["Authorization"].ShouldBe($"Bearer {SendGridContract.TestKey}");
        request.Headers["Content-Type"].ShouldBe("application/json");
        request.Headers.Keys.ShouldBe(["Authorization", "Content-Type", "Content-Length", "Host", "User-Agent", "Accept"], ignoreOrder: true);
        request.Json.ToString().ShouldBe(
            $$$"""
            {"personalizations":[{"to":[{"email":"ann@example.com","name":"Ann \"A\" Exämple"}],"custom_args":{"notification_id":"{{{call.Delivery.Notification}}}","delivery_id":"{{{call.Delivery}}}","attempt":"3"}}],"from":{"email":"orders@example.com","name":"Orders"},"subject":"Your order – é","content":[{"type":"text/plain","value":"It is on its way"},{"type":"text/html","value":"<p>It's <b>on</b> its way</p>"}],"categories":["shipping"]}
            """);
    }

    [Fact]
    public async Task What_is_not_there_is_left_out_and_a_line_break_begins_no_header()
    {
        await Provider().SendAsync(Call(new ChannelMessage.Email(new EmailAddress("ann@example.com"), "Your\r\nBcc: order", "", "hi")) with { Category = null }, CancellationToken.None);

        var json = Vendor.Calls.Single().Json;
        json.GetProperty("subject").GetString().ShouldBe("Your  Bcc: order");
        json.GetProperty("content").GetArrayLength().ShouldBe(1);
        json.TryGetProperty("categories", out _).ShouldBeFalse();
        json.GetProperty("personalizations")[0].GetProperty("to")[0].TryGetProperty("name", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task Mail_that_has_HTML_only_gets_its_text_before_it(string? text)
    {
        await Provider().SendAsync(Call(new ChannelMessage.Email(new EmailAddress("ann@example.com"), "s", "<p>Hi <b>Ann</b>,</p><p><a href=\"https://x.example/\">track it</a></p>", text)), CancellationToken.None);

        Vendor.Calls.Single().Json.GetProperty("content").EnumerateArray().Select(part => (part.GetProperty("type").GetString(), part.GetProperty("value").GetString())).ShouldBe([
            ("text/plain", "Hi Ann,\n\ntrack it (https://x.example/)"),
            ("text/html", "<p>Hi <b>Ann</b>,</p><p><a href=\"https://x.example/\">track it</a></p>")]);
        Vendor.Violations.ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_the_HTML_has_nothing_to_read_it_stays_alone()
    {
        await Provider().SendAsync(Call(new ChannelMessage.Email(new EmailAddress("ann@example.com"), "s", "<img src=\"https://x.example/a.png\">", null)), CancellationToken.None);

        Vendor.Calls.Single().Json.GetProperty("content").EnumerateArray().Select(part => part.GetProperty("type").GetString()).ShouldBe(["text/html"]);
    }

    [Fact]
    public async Task Reply_to_categories_and_unsubscribe_headers_go_along()
    {
        var provider = Provider(
            """{"replyTo":{"email":"help@example.com","name":"Help"},"categories":["orders","shipping","eu"],"unsubscribe":{"url":"https://example.com/u?d={deliveryId}","email":"off@example.com"}}""");
        var call = Call();

        (await provider.SendAsync(call, CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();

        var json = Vendor.Calls.Single().Json;
        json.GetProperty("reply_to").ToString().ShouldBe("""{"email":"help@example.com","name":"Help"}""");
        json.GetProperty("categories").ToString().ShouldBe("""["shipping","orders","eu"]""");
        json.GetProperty("personalizations")[0].GetProperty("headers").ToString().ShouldBe(
            $$"""{"List-Unsubscribe":"<https://example.com/u?d={{call.Delivery}}>, <mailto:off@example.com?subject=unsubscribe>","List-Unsubscribe-Post":"List-Unsubscribe=One-Click"}""");
        Vendor.Violations.ShouldBeEmpty();
    }

    /// <summary>RFC 8058 promises one click by https only.</summary>
    [Theory]
    [InlineData("""{"url":"http://example.com/u"}""", "<http://example.com/u>")]
    [InlineData("""{"email":"off@example.com"}""", "<mailto:off@example.com?subject=unsubscribe>")]
    public async Task One_click_is_promised_only_by_https(string unsubscribe, string header)
    {
        await Provider($$"""{"unsubscribe":{{unsubscribe}}}""").SendAsync(Call(), CancellationToken.None);

        Vendor.Calls.Single().Json.GetProperty("personalizations")[0].GetProperty("headers").ToString().ShouldBe($$"""{"List-Unsubscribe":"{{header}}"}""");
    }

    [Theory]
    [InlineData("""{"categories":["a","a"]}""", "/settings/categories")]
    [InlineData("""{"categories":["1","2","3","4","5","6","7","8","9","10"]}""", "/settings/categories")]
    [InlineData("""{"categories":[""]}""", "/settings/categories")]
    [InlineData("""{"categories":"a"}""", "/settings/categories")]
    [InlineData("""{"unsubscribe":{}}""", "/settings/unsubscribe")]
    [InlineData("""{"unsubscribe":"https://example.com"}""", "/settings/unsubscribe")]
    [InlineData("""{"unsubscribe":{"link":"https://example.com"}}""", "/settings/unsubscribe")]
    [InlineData("""{"unsubscribe":{"url":"ftp://example.com"}}""", "/settings/unsubscribe/url")]
    [InlineData("""{"unsubscribe":{"url":"https://example.com/>, <https://evil.example.com"}}""", "/settings/unsubscribe/url")]
    [InlineData("""{"unsubscribe":{"url":"https://example.com/\r\nBcc: eve@example.com"}}""", "/settings/unsubscribe/url")]
    [InlineData("""{"unsubscribe":{"email":"off"}}""", "/settings/unsubscribe/email")]
    [InlineData("""{"unsubscribe":{"email":"off@example.com?cc=eve@example.com"}}""", "/settings/unsubscribe/email")]
    public void What_SendGrid_or_a_header_could_not_hold_is_refused_when_it_is_configured(string more, string pointer) =>
        Type().Validate(Configured(more)).ShouldHaveSingleItem().Pointer.ShouldBe(pointer);

    [Fact]
    public async Task A_domain_goes_out_in_ASCII_and_a_mailbox_beyond_it_not_at_all()
    {
        (await Provider().SendAsync(Call(new ChannelMessage.Email(new EmailAddress("Ann@BÜCHER.example", "Änn"), "s", null, "t")), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();
        var refused = (await Provider().SendAsync(Call(new ChannelMessage.Email(new EmailAddress("änn@example.com"), "s", null, "t")), CancellationToken.None)).ShouldBeOfType<ProviderResult.Rejected>();

        (refused.Code, refused.Cause).ShouldBe(("smtputf8_unsupported", RejectionCause.Provider));
        Vendor.Calls.ShouldHaveSingleItem().Json.GetProperty("personalizations")[0].GetProperty("to")[0].GetProperty("email").GetString().ShouldBe("Ann@xn--bcher-kva.example");
    }

    [Theory]
    [InlineData("", "text", "subject_missing")]
    [InlineData("subject", "", "content_missing")]
    public async Task What_SendGrid_would_refuse_anyway_is_not_sent(string subject, string text, string code)
    {
        (await Provider().SendAsync(Call(new ChannelMessage.Email(new EmailAddress("ann@example.com"), subject, null, text)), CancellationToken.None))
            .ShouldBeOfType<ProviderResult.Rejected>().Code.ShouldBe(code);

        Vendor.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_message_of_more_than_30_MB_is_not_sent()
    {
        var large = new string('x', 30_000_000);

        (await Provider().SendAsync(Call(new ChannelMessage.Email(new EmailAddress("ann@example.com"), "s", null, large)), CancellationToken.None))
            .ShouldBeOfType<ProviderResult.Rejected>().Code.ShouldBe("message_too_large");

        Vendor.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("half a pair: \ud83c, and on")]
    [InlineData("a whole one: 🎁")]
    [InlineData("both kinds \u0001 \u2028 \u00ad \\ / \" '")]
    public async Task Whatever_the_text_holds_goes_out_as_JSON(string text)
    {
        foreach (var repeated in new[] { text, string.Concat(Enumerable.Repeat(text, 400)) })
        {
            await Provider().SendAsync(Call(new ChannelMessage.Email(new EmailAddress("ann@example.com"), "s", null, repeated)), CancellationToken.None);
            Vendor.Calls[^1].Json.GetProperty("content")[0].GetProperty("value").GetString().ShouldBe(repeated.Replace("\ud83c,", "\ufffd,", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(400, "Rejected", "http_400")]
    [InlineData(401, "Deferred", "credentials_refused")]
    [InlineData(403, "Deferred", "credentials_forbidden")]
    [InlineData(404, "Deferred", "credentials_address_wrong")]
    [InlineData(405, "Deferred", "credentials_address_wrong")]
    [InlineData(409, "Deferred", "http_409")]
    [InlineData(408, "Deferred", "http_408")]
    [InlineData(413, "Rejected", "http_413")]
    [InlineData(422, "Rejected", "http_422")]
    [InlineData(425, "Deferred", "http_425")]
    [InlineData(429, "Deferred", "http_429")]
    [InlineData(500, "Deferred", "http_500")]
    [InlineData(502, "Deferred", "http_502")]
    [InlineData(503, "Deferred", "http_503")]
    [InlineData(504, "Deferred", "http_504")]
    [InlineData(599, "Deferred", "http_599")]
    public async Task Every_status_has_its_class_whatever_the_body(int status, string result, string code)
    {
        string[] bodies = ["", """{"errors":[{"message":"why","field":null,"help":null}]}""", """{"errors":[1]}""", "[]", "{\"errors\":[{\"mess", "<html><body>Bad gateway</body></html>", "\0\uFFFF"];
        foreach (var body in bodies)
        {
            Vendor.Script(FakeResponse.Status(status, body));
            var outcome = await Provider().SendAsync(Call(), CancellationToken.None);
            (outcome.GetType().Name, CodeOf(outcome)).ShouldBe((result, code), body);
        }
    }

    /// <summary>The address itself is refused, and would be by anybody; that two recipients of one message are the same says nothing of it.</summary>
    [Theory]
    [InlineData("Does not contain a valid address.", "personalizations.0.to.0.email", RejectionCause.Address)]
    [InlineData("does not contain a valid address", "personalizations.0.to", RejectionCause.Address)]
    [InlineData("Does not contain a valid address.", "personalizations.0.cc.0.email", RejectionCause.Message)]
    [InlineData("Does not contain a valid address.", "reply_to.email", RejectionCause.Message)]
    [InlineData("Does not contain a valid address.", null, RejectionCause.Message)]
    [InlineData("Each email address in the personalization block should be unique between to, cc, and bcc. We found the first duplicate instance of [ann@example.com] in the personalizations.0.to field.", "personalizations.0.to.0.email", RejectionCause.Message)]
    [InlineData("The subject is required.", "subject", RejectionCause.Message)]
    public async Task A_400_about_the_recipients_address_is_distinguished_from_others(string message, string? field, RejectionCause cause)
    {
        Vendor.Script(SendGridContract.Error(400, message, field));

        var rejected = (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Rejected>();

        (rejected.Code, rejected.Cause).ShouldBe(("http_400", cause));
    }

    [Fact]
    public async Task A_400_about_the_senders_address_suspends_the_provider()
    {
        Vendor.Script(SendGridContract.Error(400, "The from email does not contain a valid address.", "from.email"));

        (await SendDeferredAsync()).ShouldSatisfyAllConditions(
            deferred => deferred.Code.ShouldBe("credentials_sender_refused"), deferred => deferred.Cause.ShouldBe(DeferralCause.Credentials));
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData(" 30 ", 30)]
    [InlineData("Sat, 21 Nov 2026 12:02:00 GMT", 120)]
    [InlineData("Saturday, 21-Nov-26 12:02:00 GMT", 120)]
    [InlineData("Sat Nov 21 12:02:00 2026", 120)]
    [InlineData("Sat, 21 Nov 2026 11:59:00 GMT", null)]
    [InlineData("1000000000", 3600)]
    [InlineData("99999999999999999999", 3600)]
    [InlineData("Sat, 21 Nov 2099 12:02:00 GMT", 3600)]
    [InlineData("0", null)]
    [InlineData("-1", null)]
    [InlineData("1.5", null)]
    [InlineData("soon", null)]
    [InlineData("٣٠", null)]
    public async Task Retry_After_is_seconds_or_a_date_and_at_most_an_hour(string header, int? seconds)
    {
        foreach (var status in new[] { 429, 503 })
        {
            Vendor.Script(FakeResponse.Status(status, "", ("Retry-After", header)));
            (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>()
                .RetryAfter.ShouldBe(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null);
        }
    }

    [Fact]
    public async Task The_limits_reset_counts_only_where_the_limit_was_hit()
    {
        var reset = ("X-RateLimit-Reset", (time.GetUtcNow() + TimeSpan.FromSeconds(90)).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        Vendor.Script(FakeResponse.Status(429, "", reset), FakeResponse.Status(500, "", reset), FakeResponse.Status(429, "", reset, ("Retry-After", "5")));

        (await SendDeferredAsync()).RetryAfter.ShouldBe(TimeSpan.FromSeconds(90));
        (await SendDeferredAsync()).RetryAfter.ShouldBeNull();
        (await SendDeferredAsync()).RetryAfter.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("""{"apiKey":"SG key"}""", "/credentials/apiKey", "invalid")]
    [InlineData("""{"apiKey":"SG.\r\nX: y"}""", "/credentials/apiKey", "invalid")]
    [InlineData("{}", "/credentials/apiKey", "required")]
    public void A_key_that_cannot_stand_in_a_header_is_refused(string credentials, string pointer, string code)
    {
        var configuration = SendGridSetup.Configuration(Vendor.BaseUrl) with
        {
            Credentials = System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, string>>(credentials)!,
        };

        var error = Type().Validate(configuration).ShouldHaveSingleItem();

        (error.Pointer, error.Code).ShouldBe((pointer, code));
    }

    [Theory]
    [InlineData("SG.another", "", "mail.send", false, "SendGrid refused the API key")]
    [InlineData(SendGridContract.TestKey, "v3", "mail.send", false, "there is no mail API at the configured baseUrl")]
    [InlineData(SendGridContract.TestKey, "", "stats.read", false, "SendGrid accepts the API key, but it lacks the scope mail.send")]
    [InlineData(SendGridContract.TestKey, "", "mail.send", true, "SendGrid accepts the API key, and it may send mail")]
    public async Task A_test_says_in_words_what_is_wrong(string key, string path, string scope, bool ok, string words)
    {
        contract.Scopes = [scope];

        (await Type().TestAsync(SendGridSetup.Configuration(new Uri(Vendor.BaseUrl, path), key), CancellationToken.None)).ShouldBe(new ProviderTestResult(ok, words));
    }

    private ProviderConfiguration Configured(string more)
    {
        var configuration = SendGridSetup.Configuration(Vendor.BaseUrl);
        var settings = System.Text.Json.Nodes.JsonObject.Create(configuration.Settings)!;
        foreach (var (name, value) in System.Text.Json.Nodes.JsonNode.Parse(more)!.AsObject())
            settings[name] = value?.DeepClone();
        return configuration with { Settings = System.Text.Json.JsonElement.Parse(settings.ToJsonString()) };
    }

    private IProvider Provider(string more) => Type().Create(Configured(more));

    private SendGridType Type() => new(new EndpointGuard(allowPrivate: true), new ProviderOptions(), time);

    private IProvider Provider() => Type().Create(SendGridSetup.Configuration(Vendor.BaseUrl));

    private async Task<ProviderResult.Deferred> SendDeferredAsync() => (await Provider().SendAsync(Call(), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>();

    private static ProviderCall Call(ChannelMessage? message = null) => new(
        NotificationId.From(Ids.Next()).Delivery(ChannelKind.Email), 1,
        message ?? new ChannelMessage.Email(new EmailAddress("ann@example.com"), "Your order", null, "It is on its way"), "shipping", Priority.Normal, null, TimeSpan.FromSeconds(10));

    private static string CodeOf(ProviderResult result) => result switch
    {
        ProviderResult.Rejected rejected => rejected.Code,
        ProviderResult.Deferred deferred => deferred.Code,
        ProviderResult.Ambiguous ambiguous => ambiguous.Code,
        _ => "",
    };
}
