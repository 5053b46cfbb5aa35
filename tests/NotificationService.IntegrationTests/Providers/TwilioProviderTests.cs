using System.Web;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.Twilio;
using NotificationService.Storage;
using NotificationService.Testing;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>What is Twilio's own: what it is sent, and what its responses mean.</summary>
public sealed class TwilioProviderTests : IAsyncLifetime
{
    private const string ContentSid = "HX0123456789abcdef0123456789abcdef";
    private const string ServiceSid = "MG0123456789abcdef0123456789abcdef";

    private static readonly Ids Ids = new(TimeProvider.System);

    private readonly ManualTime time = new(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));
    private readonly TwilioContract contract = new(TwilioSetup.AccountSid, TwilioSetup.AuthToken);
    private FakeHttpProvider? vendor;

    private FakeHttpProvider Vendor => vendor ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync() => vendor = await FakeHttpProvider.StartAsync(contract: contract);

    public ValueTask DisposeAsync() => Vendor.DisposeAsync();

    [Fact]
    public async Task The_request_is_as_Twilio_wants_it_byte_for_byte()
    {
        var call = Sms("Ça va? 1+1=2 & 100% 🎁") with { Attempt = 3 };

        (await Provider().SendAsync(call, CancellationToken.None)).ShouldBe(new ProviderResult.Accepted(TwilioContract.Sid(1)) { Segments = 1 });

        var request = Vendor.Calls.ShouldHaveSingleItem();
        (request.Method, request.Path).ShouldBe(("POST", $"/2010-04-01/Accounts/{TwilioSetup.AccountSid}/Messages.json"));
        request.Headers["Content-Type"].ShouldBe("application/x-www-form-urlencoded");
        request.Body.ShouldBe(
            "To=%2B14155550100&From=%2B15005550006&Body=%C3%87a%20va%3F%201%2B1%3D2%20%26%20100%25%20%F0%9F%8E%81"
            + $"&StatusCallback=https%3A%2F%2Fnotify.example.com%2Fwebhooks%2Ftwilio%2F01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11%3Fdelivery%3D{call.Delivery.Value}%26attempt%3D3");
    }

    [Fact]
    public async Task A_messaging_service_stands_in_for_a_number()
    {
        await Provider($",\"messagingServiceSid\":\"{ServiceSid}\"", from: null).SendAsync(Sms("hi"), CancellationToken.None);

        var form = Form();
        form["MessagingServiceSid"].ShouldBe(ServiceSid);
        form.AllKeys.ShouldNotContain("From");
    }

    [Fact]
    public async Task WhatsApp_addresses_and_templates_are_named_as_Twilio_names_them()
    {
        var template = new WhatsAppTemplate(ContentSid, "en", """[{"type":"body","parameters":[{"type":"text","text":"A-1009"},{"type":"text","text":"it's \"on\" its way"}]}]""");

        var result = await Provider(channel: ChannelKind.WhatsApp).SendAsync(WhatsApp(null, template), CancellationToken.None);

        result.ShouldBe(new ProviderResult.Accepted(TwilioContract.Sid(1)));
        var form = Form();
        (form["To"], form["From"]).ShouldBe(("whatsapp:+14155550100", "whatsapp:+15005550006"));
        (form["ContentSid"], form["ContentVariables"]).ShouldBe((ContentSid, """{"1":"A-1009","2":"it's \"on\" its way"}"""));
        form.AllKeys.ShouldNotContain("Body");
    }

    [Fact]
    public async Task A_template_without_variables_has_none_and_one_of_another_name_is_for_another_provider()
    {
        var provider = Provider(channel: ChannelKind.WhatsApp);

        await provider.SendAsync(WhatsApp(null, new WhatsAppTemplate(ContentSid, "en", WhatsAppTemplate.NoComponents)), CancellationToken.None);
        var refused = await provider.SendAsync(WhatsApp(null, new WhatsAppTemplate("order_shipped", "en", WhatsAppTemplate.NoComponents)), CancellationToken.None);

        Form().AllKeys.ShouldNotContain("ContentVariables");
        refused.ShouldBeOfType<ProviderResult.Rejected>().Cause.ShouldBe(RejectionCause.Provider);
        Vendor.Calls.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("https://notify.example.com/webhooks/twilio/1", "https://notify.example.com/webhooks/twilio/1?")]
    [InlineData("https://notify.example.com:8443/webhooks/twilio/1", "https://notify.example.com:8443/webhooks/twilio/1?")]
    [InlineData("https://my_host.example.com/webhooks/twilio/1", null)]
    [InlineData(null, null)]
    public async Task It_is_asked_to_report_only_where_it_can(string? receiptUrl, string? callback)
    {
        var configuration = TwilioSetup.Configuration(ChannelKind.Sms, Vendor.BaseUrl) with { ReceiptUrl = receiptUrl is null ? null : new Uri(receiptUrl) };

        (await Type().Create(configuration).SendAsync(Sms("hi"), CancellationToken.None)).ShouldBeOfType<ProviderResult.Accepted>();

        var form = Form();
        if (callback is null)
            form.AllKeys.ShouldNotContain("StatusCallback");
        else
            form["StatusCallback"]!.ShouldStartWith(callback);
    }

    [Theory]
    [InlineData(90.0, "90")]
    [InlineData(0.5, "1")]
    [InlineData(36_001.0, null)]
    [InlineData(null, null)]
    public async Task What_nobody_wants_later_Twilio_may_drop(double? seconds, string? validity)
    {
        await Provider().SendAsync(Sms("hi") with { ExpiresAt = seconds is { } left ? time.GetUtcNow() + TimeSpan.FromSeconds(left) : null }, CancellationToken.None);

        Form()["ValidityPeriod"].ShouldBe(validity);
    }

    [Theory]
    [InlineData("x", 160, 1)]
    [InlineData("x", 161, 2)]
    [InlineData("x", 306, 2)]
    [InlineData("€", 80, 1)]
    [InlineData("ж", 70, 1)]
    [InlineData("ж", 71, 2)]
    [InlineData("x", 1530, 10)]
    public async Task The_segments_that_are_paid_for_are_counted(string text, int times, int segments) =>
        (await Provider().SendAsync(Sms(string.Concat(Enumerable.Repeat(text, times))), CancellationToken.None))
            .ShouldBeOfType<ProviderResult.Accepted>().Segments.ShouldBe(segments);

    [Theory]
    [InlineData(161, "x", ",\"maxSegments\":1", "too_many_segments")]
    [InlineData(671, "ж", "", "too_many_segments")]
    [InlineData(1531, "x", "", "too_many_segments")]
    [InlineData(1601, "x", "", "text_too_long")]
    [InlineData(0, "x", "", "text_missing")]
    public async Task What_is_too_long_is_refused_before_it_costs_anything(int times, string text, string more, string code)
    {
        (await Provider(more).SendAsync(Sms(string.Concat(Enumerable.Repeat(text, times))), CancellationToken.None))
            .ShouldBeOfType<ProviderResult.Rejected>().Code.ShouldBe(code);

        Vendor.Calls.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(400, 21211, "Rejected", "twilio_21211", "Address")]
    [InlineData(400, 21610, "Rejected", "twilio_21610", "Unsubscribed")]
    [InlineData(400, 21614, "Rejected", "twilio_21614", "Address")]
    [InlineData(400, 21408, "Deferred", "twilio_21408", "Message")]
    [InlineData(400, 21608, "Deferred", "twilio_21608", "Message")]
    [InlineData(400, 21612, "Rejected", "twilio_21612", "Provider")]
    [InlineData(400, 21602, "Rejected", "twilio_21602", "Message")]
    [InlineData(400, 21617, "Rejected", "twilio_21617", "Message")]
    [InlineData(400, 21623, "Rejected", "twilio_21623", "Message")]
    [InlineData(400, 63016, "Rejected", "twilio_63016", "Message")]
    [InlineData(400, 21999, "Rejected", "twilio_21999", "Message")]
    [InlineData(400, 77777, "Deferred", "twilio_77777", "Temporary")]
    [InlineData(400, 21611, "Deferred", "twilio_21611", "Throttled")]
    [InlineData(429, 20429, "Deferred", "twilio_20429", "Throttled")]
    [InlineData(429, 77777, "Deferred", "twilio_77777", "Throttled")]
    [InlineData(401, 20003, "Deferred", "credentials_refused", "Credentials")]
    [InlineData(403, 20005, "Deferred", "credentials_twilio_20005", "Credentials")]
    [InlineData(404, 20404, "Deferred", "credentials_twilio_20404", "Credentials")]
    [InlineData(400, 21606, "Deferred", "twilio_21606", "Message")]
    [InlineData(400, 21659, "Deferred", "twilio_21659", "Message")]
    [InlineData(400, 21703, "Deferred", "twilio_21703", "Message")]
    [InlineData(400, 21704, "Deferred", "credentials_twilio_21704", "Credentials")]
    [InlineData(400, 21603, "Deferred", "credentials_twilio_21603", "Credentials")]
    [InlineData(400, 21212, "Deferred", "credentials_twilio_21212", "Credentials")]
    [InlineData(500, 20500, "Deferred", "http_500", "Temporary")]
    public async Task Every_code_has_its_class(int status, int twilio, string result, string code, string cause)
    {
        Vendor.Script(TwilioContract.Error(status, twilio, "The 'To' number +14155550100 is not right"));

        var outcome = await Provider().SendAsync(Sms("hi"), CancellationToken.None);

        var seen = outcome switch
        {
            ProviderResult.Rejected rejected => (rejected.Code, rejected.Cause.ToString()),
            ProviderResult.Deferred deferred => (deferred.Code, deferred.Cause.ToString()),
            _ => ("", ""),
        };
        (outcome.GetType().Name, seen.Item1, seen.Item2).ShouldBe((result, code, cause));
        outcome.ToString().ShouldNotContain("4155550100");
    }

    [Theory]
    [InlineData(400, 21606, null, 3600)]
    [InlineData(400, 21703, null, 3600)]
    [InlineData(429, 63038, null, 3600)]
    [InlineData(400, 30023, null, 3600)]
    [InlineData(429, 63038, "90", 90)]
    [InlineData(429, 20429, null, null)]
    public async Task What_does_not_pass_soon_is_not_tried_again_soon(int status, int code, string? header, int? seconds)
    {
        Vendor.Script(TwilioContract.Error(status, code, "no", header is null ? [] : [("Retry-After", header)]));

        (await Provider().SendAsync(Sms("hi"), CancellationToken.None)).ShouldBeOfType<ProviderResult.Deferred>()
            .RetryAfter.ShouldBe(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null);
    }

    /// <summary>A messaging service without a WhatsApp sender finds every WhatsApp address invalid: that is no reason to suppress them all.</summary>
    [Theory]
    [InlineData(ChannelKind.WhatsApp, true, RejectionCause.Provider)]
    [InlineData(ChannelKind.WhatsApp, false, RejectionCause.Address)]
    [InlineData(ChannelKind.Sms, true, RejectionCause.Address)]
    public async Task A_number_that_a_messaging_service_finds_no_WhatsApp_sender_for_is_not_dead(ChannelKind channel, bool byService, RejectionCause cause)
    {
        Vendor.Script(TwilioContract.Error(400, 21211, "The 'To' number is not a valid phone number"));
        var provider = byService ? Provider($",\"messagingServiceSid\":\"{ServiceSid}\"", channel, from: null) : Provider(channel: channel);

        (await provider.SendAsync(channel == ChannelKind.Sms ? Sms("hi") : WhatsApp("hi", null), CancellationToken.None)).ShouldBeOfType<ProviderResult.Rejected>().Cause.ShouldBe(cause);
    }

    [Fact]
    public async Task A_success_without_an_id_that_is_not_Twilios_is_no_success()
    {
        Vendor.Script(FakeResponse.Status(200, "<html>Welcome to our network</html>"));

        (await Provider().SendAsync(Sms("hi"), CancellationToken.None)).ShouldBeOfType<ProviderResult.Ambiguous>().Code.ShouldBe("answer_broken");
    }

    [Theory]
    [InlineData("active", TwilioSetup.From, true, "Twilio accepts the account, and the number in from can send text messages")]
    [InlineData("active", "ORDERS", true, "Twilio accepts the account SID and auth token, and the account is active")]
    [InlineData("active", "+15005550001", false, "Twilio accepts the account, but it has no such number as from")]
    [InlineData("suspended", TwilioSetup.From, false, "the Twilio account is suspended: it sends nothing until Twilio lifts that, often for want of credit")]
    [InlineData("closed", TwilioSetup.From, false, "the Twilio account is closed")]
    public async Task A_test_looks_at_the_account_and_its_number(string status, string from, bool ok, string words)
    {
        contract.AccountStatus = status;

        (await Type().TestAsync(TwilioSetup.Configuration(ChannelKind.Sms, Vendor.BaseUrl, from: from), CancellationToken.None)).ShouldBe(new ProviderTestResult(ok, words));
    }

    [Fact]
    public async Task A_test_says_which_part_of_the_sign_in_is_wrong()
    {
        var right = TwilioSetup.Configuration(ChannelKind.Sms, Vendor.BaseUrl);
        var wrongToken = right with { Credentials = new Dictionary<string, string>(right.Credentials) { ["authToken"] = "wrong" } };

        (await Type().TestAsync(wrongToken, CancellationToken.None)).Message.ShouldStartWith("Twilio refused the auth token for this account SID");
        (await Type().TestAsync(TwilioSetup.Configuration(ChannelKind.Sms, Vendor.BaseUrl, from: null), CancellationToken.None))
            .ShouldBe(new ProviderTestResult(false, "/settings/from is required, or a messagingServiceSid instead of it"));
    }

    [Theory]
    [InlineData("{\"from\":\"+15005550006\",\"messagingServiceSid\":\"MG0123456789abcdef0123456789abcdef\"}", "/settings/messagingServiceSid", "conflict")]
    [InlineData("{}", "/settings/from", "required")]
    [InlineData("{\"from\":\"a name too long\"}", "/settings/from", "invalid")]
    [InlineData("{\"from\":\"+1 500 555\"}", "/settings/from", "invalid")]
    [InlineData("{\"messagingServiceSid\":\"MG1\"}", "/settings/messagingServiceSid", "invalid")]
    [InlineData("{\"from\":\"ORDERS\",\"maxSegments\":11}", "/settings/maxSegments", "out_of_range")]
    [InlineData("{\"from\":\"ORDERS\",\"maxSegments\":0}", "/settings/maxSegments", "out_of_range")]
    public void Settings_that_Twilio_would_refuse_are_refused_at_once(string settings, string pointer, string code)
    {
        var error = Type().Validate(TwilioSetup.Configuration(ChannelKind.Sms, Vendor.BaseUrl) with { Settings = System.Text.Json.JsonElement.Parse(settings) }).ShouldHaveSingleItem();

        (error.Pointer, error.Code).ShouldBe((pointer, code));
    }

    [Theory]
    [InlineData("AC123", "/credentials/accountSid")]
    [InlineData("SK0123456789abcdef0123456789abcdef", "/credentials/accountSid")]
    public void An_account_SID_is_one(string sid, string pointer)
    {
        var configuration = TwilioSetup.Configuration(ChannelKind.Sms, Vendor.BaseUrl);

        Type().Validate(configuration with { Credentials = new Dictionary<string, string>(configuration.Credentials) { ["accountSid"] = sid } })
            .ShouldHaveSingleItem().Pointer.ShouldBe(pointer);
    }

    [Theory]
    [InlineData("+15005550006")]
    [InlineData("whatsapp:+15005550006")]
    public void A_WhatsApp_sender_is_a_number_with_or_without_its_channel(string from) =>
        Type(ChannelKind.WhatsApp).Validate(TwilioSetup.Configuration(ChannelKind.WhatsApp, Vendor.BaseUrl, from: from)).ShouldBeEmpty();

    [Fact]
    public void A_WhatsApp_sender_is_no_name_and_has_no_segments()
    {
        Type(ChannelKind.WhatsApp).Validate(TwilioSetup.Configuration(ChannelKind.WhatsApp, Vendor.BaseUrl, from: "ORDERS")).ShouldHaveSingleItem().Pointer.ShouldBe("/settings/from");
        Type(ChannelKind.WhatsApp).Validate(TwilioSetup.Configuration(ChannelKind.WhatsApp, Vendor.BaseUrl, ",\"maxSegments\":3")).ShouldHaveSingleItem().Code.ShouldBe("unknown_property");
    }

    private TwilioType Type(ChannelKind channel = ChannelKind.Sms) => new(channel, new EndpointGuard(allowPrivate: true), new ProviderOptions(), time);

    private IProvider Provider(string more = "", ChannelKind channel = ChannelKind.Sms, string? from = TwilioSetup.From) =>
        Type(channel).Create(TwilioSetup.Configuration(channel, Vendor.BaseUrl, more, from));

    private System.Collections.Specialized.NameValueCollection Form() => HttpUtility.ParseQueryString(Vendor.Calls[^1].Body);

    private static ProviderCall Sms(string text) => Call(ChannelKind.Sms, new ChannelMessage.Sms("+14155550100", text));

    private static ProviderCall WhatsApp(string? text, WhatsAppTemplate? template) => Call(ChannelKind.WhatsApp, new ChannelMessage.WhatsApp("+14155550100", text, template));

    private static ProviderCall Call(ChannelKind channel, ChannelMessage message) =>
        new(NotificationId.From(Ids.Next()).Delivery(channel), 1, message, "shipping", Priority.Normal, null, TimeSpan.FromSeconds(10));
}
