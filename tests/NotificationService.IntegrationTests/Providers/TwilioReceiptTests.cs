using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.Twilio;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>What Twilio reports, signed as its documents say, by a signer of the tests' own.</summary>
public sealed class TwilioReceiptTests
{
    private const string Delivery = "01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a21";
    private const string Sid = "SM0123456789abcdef0123456789abcdef";
    private const string Url = "https://notify.example.com/webhooks/twilio/01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11";

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The example of Twilio's own documentation: whoever computes otherwise is wrong, not Twilio.</summary>
    [Fact]
    public void The_documented_example_is_signed_as_documented()
    {
        string[] form = ["CallSid=CA1234567890ABCDE", "Caller=%2B14158675309", "Digits=1234", "From=%2B14158675309", "To=%2B18005551212"];
        var request = Request("https://mycompany.com/myapp.php?foo=1&bar=2", string.Join('&', form), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");

        Read(request, authToken: "12345").ShouldBeOfType<ReceiptReading.Malformed>();
        Read(request, authToken: "12346").ShouldBeOfType<ReceiptReading.Refused>();
    }

    [Theory]
    [InlineData("accepted", ReceiptKind.Sent)]
    [InlineData("queued", ReceiptKind.Sent)]
    [InlineData("sending", ReceiptKind.Sent)]
    [InlineData("sent", ReceiptKind.Sent)]
    [InlineData("delivered", ReceiptKind.Delivered)]
    [InlineData("read", ReceiptKind.Read)]
    [InlineData("undelivered", ReceiptKind.Failed)]
    [InlineData("failed", ReceiptKind.Failed)]
    [InlineData("canceled", ReceiptKind.Failed)]
    public void Every_status_is_a_receipt_of_our_delivery(string status, ReceiptKind kind)
    {
        var receipt = One(Signed(("MessageSid", Sid), ("MessageStatus", status), ("To", "+14155550100"), ("From", "+15005550006")));

        (receipt.Kind, receipt.OccurredAt, receipt.ProviderMessageId, receipt.DedupeKey).ShouldBe((kind, Now, Sid, $"{Sid}:{status}"));
        receipt.Delivery.ShouldBe(new DeliveryId(new Guid(Delivery)));
    }

    [Fact]
    public void A_status_that_says_nothing_is_taken_and_changes_nothing()
    {
        foreach (var (status, unread) in ((string, long)[])[("scheduled", 0), ("partially_delivered", 0), ("something_new", 1)])
        {
            UnreadEvents.Of("twilio", () => Read(Signed(("MessageSid", Sid), ("MessageStatus", status))).ShouldBeOfType<ReceiptReading.Receipts>().Items.ShouldBeEmpty(status))
                .ShouldBe(unread, status);
        }
    }

    [Theory]
    [InlineData("30003", false, true)]
    [InlineData("30004", true, false)]
    [InlineData("30005", true, false)]
    [InlineData("30006", true, false)]
    [InlineData("30007", false, false)]
    [InlineData("30008", false, true)]
    [InlineData("30001", false, true)]
    [InlineData("30410", false, true)]
    [InlineData("30034", false, true)]
    [InlineData("30022", false, true)]
    [InlineData("63003", true, false)]
    [InlineData("63016", false, false)]
    [InlineData("30999", false, true)]
    public void A_failure_says_whether_the_address_is_dead_and_whether_it_may_pass(string code, bool dead, bool temporary)
    {
        var receipt = One(Signed(("MessageSid", Sid), ("MessageStatus", "undelivered"), ("ErrorCode", code)));

        (receipt.Code, receipt.AddressDead, receipt.Temporary).ShouldBe(($"twilio_{code}", dead, temporary));
        receipt.Message.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void A_failure_because_of_an_earlier_STOP_unsubscribes_so_that_START_takes_it_back()
    {
        var receipts = Read(Signed(("MessageSid", Sid), ("MessageStatus", "failed"), ("ErrorCode", "21610"))).ShouldBeOfType<ReceiptReading.Receipts>().Items;

        receipts.Select(receipt => receipt.Kind).ShouldBe([ReceiptKind.Failed, ReceiptKind.Unsubscribed]);
        receipts.ShouldAllBe(receipt => !receipt.AddressDead && receipt.Delivery != null);
        receipts.Select(receipt => receipt.DedupeKey).Distinct().Count().ShouldBe(2);
    }

    [Theory]
    [InlineData(ChannelKind.WhatsApp, true, false)]
    [InlineData(ChannelKind.WhatsApp, false, true)]
    [InlineData(ChannelKind.Sms, true, true)]
    public void A_number_that_a_messaging_service_found_no_WhatsApp_sender_for_is_not_dead(ChannelKind channel, bool byService, bool dead)
    {
        var configuration = byService
            ? TwilioSetup.Configuration(channel, new Uri("https://api.twilio.com"), ",\"messagingServiceSid\":\"MG0123456789abcdef0123456789abcdef\"", from: null)
            : TwilioSetup.Configuration(channel, new Uri("https://api.twilio.com"));

        var receipt = Type(channel).Read(configuration, Signed(("MessageSid", Sid), ("MessageStatus", "failed"), ("ErrorCode", "21211")), Now)
            .ShouldBeOfType<ReceiptReading.Receipts>().Items.ShouldHaveSingleItem();

        receipt.AddressDead.ShouldBe(dead);
    }

    [Theory]
    [InlineData("undelivered", null, "twilio_undelivered")]
    [InlineData("failed", "", "twilio_failed")]
    [InlineData("failed", "x", "twilio_failed")]
    [InlineData("failed", "-1", "twilio_failed")]
    public void A_failure_without_a_reason_is_one(string status, string? code, string expected) =>
        One(Signed([("MessageSid", Sid), ("MessageStatus", status), .. code is null ? Array.Empty<(string, string)>() : [("ErrorCode", code)]])).Code.ShouldBe(expected);

    [Theory]
    [InlineData("", "")]
    [InlineData("", ":443")]
    [InlineData(":443", "")]
    [InlineData(":443", ":443")]
    [InlineData(":8443", ":8443")]
    [InlineData(":8443", "")]
    public void The_address_is_signed_with_or_without_its_port(string configured, string signed)
    {
        const string Form = "MessageSid=" + Sid + "&MessageStatus=sent";
        string Address(string port) => $"https://notify.example.com{port}/webhooks/twilio/1?delivery={Delivery}&attempt=1";

        Read(Request(Address(configured), Form, Sign(Address(signed), [("MessageSid", Sid), ("MessageStatus", "sent")]))).ShouldBeOfType<ReceiptReading.Receipts>();
    }

    [Fact]
    public void A_public_URL_in_capitals_is_the_same_address()
    {
        var signature = Sign("https://notify.example.com/webhooks/twilio/Ab?delivery=1", [("MessageSid", Sid)]);

        Read(Request("HTTPS://Notify.Example.com/webhooks/twilio/Ab?delivery=1", $"MessageSid={Sid}", signature)).ShouldBeOfType<ReceiptReading.Receipts>();
        Read(Request("https://notify.example.com/webhooks/twilio/aB?delivery=1", $"MessageSid={Sid}", signature)).ShouldBeOfType<ReceiptReading.Refused>();
    }

    [Fact]
    public void Whatever_is_not_signed_so_is_refused()
    {
        var genuine = Signed(("MessageSid", Sid), ("MessageStatus", "delivered"), ("Body", "Grüße 🎁 +1"));
        Read(genuine).ShouldBeOfType<ReceiptReading.Receipts>();
        ReceiptRequest[] forged =
        [
            genuine with { Headers = new Dictionary<string, string>() },
            With(genuine, ""),
            With(genuine, "no base64"),
            With(genuine, Convert.ToBase64String(new byte[20])),
            With(genuine, Convert.ToBase64String(new byte[32])),
            With(genuine, genuine.Headers["X-Twilio-Signature"] + "AAAA"),
            genuine with { Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(genuine.Body.Span).Replace("delivered", "undelivered", StringComparison.Ordinal)) },
            genuine with { Body = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(genuine.Body.Span) + "&ErrorCode=30005") },
            genuine with { Body = ReadOnlyMemory<byte>.Empty },
            genuine with { PublicUrl = new Uri(genuine.PublicUrl.OriginalString.Replace(Delivery, "01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a31", StringComparison.Ordinal)) },
            genuine with { PublicUrl = new Uri(genuine.PublicUrl.OriginalString.Replace("https", "http", StringComparison.Ordinal)) },
            genuine with { PublicUrl = new Uri(genuine.PublicUrl.OriginalString.Replace("notify", "evil", StringComparison.Ordinal)) },
        ];

        foreach (var request in forged)
            Read(request).ShouldBeOfType<ReceiptReading.Refused>();
        Read(genuine, authToken: "another").ShouldBeOfType<ReceiptReading.Refused>();
        Read(genuine, authToken: "").ShouldBeOfType<ReceiptReading.Refused>();
    }

    /// <summary>An empty key signs, too; a provider without a token must not take that for a signature.</summary>
    [Fact]
    public void Without_an_auth_token_nothing_is_genuine() =>
        Read(Request($"{Url}?delivery={Delivery}", "MessageSid=x", Sign($"{Url}?delivery={Delivery}", [("MessageSid", "x")], "")), authToken: "").ShouldBeOfType<ReceiptReading.Refused>();

    [Fact]
    public void The_order_of_the_parameters_does_not_matter()
    {
        var genuine = Signed(("MessageStatus", "delivered"), ("MessageSid", Sid), ("body", "lower"), ("Body", "UPPER"), ("Ä", "ö"));
        var reordered = string.Join('&', Encoding.UTF8.GetString(genuine.Body.Span).Split('&').Reverse());

        Read(genuine with { Body = Encoding.UTF8.GetBytes(reordered) }).ShouldBeOfType<ReceiptReading.Receipts>();
    }

    [Theory]
    [InlineData("STOP", ReceiptKind.Unsubscribed)]
    [InlineData(" stop. ", ReceiptKind.Unsubscribed)]
    [InlineData("Unsubscribe", ReceiptKind.Unsubscribed)]
    [InlineData("STOPALL", ReceiptKind.Unsubscribed)]
    [InlineData("cancel", ReceiptKind.Unsubscribed)]
    [InlineData("END", ReceiptKind.Unsubscribed)]
    [InlineData("quit", ReceiptKind.Unsubscribed)]
    [InlineData("START", ReceiptKind.Resubscribed)]
    [InlineData("unstop", ReceiptKind.Resubscribed)]
    [InlineData("Yes", ReceiptKind.Resubscribed)]
    public void A_response_of_one_word_ends_or_takes_up_writing_to_the_number(string body, ReceiptKind kind)
    {
        foreach (var (channel, from) in ((ChannelKind, string)[])[(ChannelKind.Sms, "+14155550100"), (ChannelKind.WhatsApp, "whatsapp:+14155550100")])
        {
            var reading = Read(Signed(("MessageSid", Sid), ("SmsStatus", "received"), ("From", from), ("To", "+15005550006"), ("Body", body)), channel: channel)
                .ShouldBeOfType<ReceiptReading.Receipts>();

            var receipt = reading.Items.ShouldHaveSingleItem();
            (receipt.Kind, receipt.Address).ShouldBe((kind, "+14155550100"));
            (reading.ResponseType, reading.Response).ShouldBe(("text/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>"));
        }
    }

    [Theory]
    [InlineData("arrêt", "STOP", ReceiptKind.Unsubscribed)]
    [InlineData("yes", "START", ReceiptKind.Resubscribed)]
    [InlineData("STOP", "HELP", ReceiptKind.AskedForHelp)]
    [InlineData("info", null, ReceiptKind.AskedForHelp)]
    [InlineData("yes please", null, null)]
    [InlineData("please do not stop", null, null)]
    [InlineData("", null, null)]
    public void What_Twilio_took_a_response_for_counts_and_whatever_else_is_said_does_not(string body, string? optOut, ReceiptKind? kind)
    {
        var fields = new List<(string, string)> { ("MessageSid", Sid), ("From", "+14155550100"), ("Body", body) };
        if (optOut is not null)
            fields.Add(("OptOutType", optOut));

        var items = Read(Signed([.. fields])).ShouldBeOfType<ReceiptReading.Receipts>().Items;

        items.Select(item => (ReceiptKind?)item.Kind).ShouldBe(kind is null ? [] : [kind]);
    }

    [Fact]
    public void On_WhatsApp_the_number_and_the_id_both_count()
    {
        (string, string)[] fields = [("MessageSid", Sid), ("From", "whatsapp:+5511987654321"), ("WaId", "551187654321"), ("Body", "Sair")];

        var items = Read(Signed(fields), channel: ChannelKind.WhatsApp).ShouldBeOfType<ReceiptReading.Receipts>().Items;

        items.Select(item => item.Address).ShouldBe(["+5511987654321", "+551187654321"]);
        items.Select(item => item.DedupeKey).ShouldBeUnique();
        Read(Signed([.. fields, ("WaId", "<script>")]), channel: ChannelKind.WhatsApp).ShouldBeOfType<ReceiptReading.Receipts>().Items.Count.ShouldBe(2);
    }

    /// <summary>Who says STOP on WhatsApp has said nothing about text messages, and one number may serve both.</summary>
    [Theory]
    [InlineData(ChannelKind.Sms, "whatsapp:+14155550100")]
    [InlineData(ChannelKind.WhatsApp, "+14155550100")]
    public void A_response_on_another_channel_than_the_providers_is_not_about_it(ChannelKind channel, string from) =>
        Read(Signed(("MessageSid", Sid), ("From", from), ("Body", "STOP")), channel: channel).ShouldBeOfType<ReceiptReading.Receipts>().Items.ShouldBeEmpty();

    [Theory]
    [InlineData("application/x-www-form-urlencoded", true)]
    [InlineData("Application/X-WWW-Form-Urlencoded; charset=UTF-8", true)]
    [InlineData("application/json", false)]
    [InlineData("multipart/form-data; boundary=x", false)]
    [InlineData("application/x-www-form-urlencodedx", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_a_form_is_read(string? contentType, bool read)
    {
        var reading = Read(Signed(("MessageSid", Sid), ("MessageStatus", "sent")) with { ContentType = contentType });

        (reading is ReceiptReading.Receipts, reading is ReceiptReading.Malformed).ShouldBe((read, !read));
    }

    [Fact]
    public void What_is_larger_than_anything_that_Twilio_sends_is_not_read_at_all()
    {
        (string, string)[] real = [("MessageSid", Sid), ("MessageStatus", "sent")];

        Read(Signed([.. real, .. Enumerable.Range(0, 498).Select(i => ($"x{i}", ""))])).ShouldBeOfType<ReceiptReading.Receipts>();
        Read(Signed([.. real, .. Enumerable.Range(0, 499).Select(i => ($"x{i}", ""))])).ShouldBeOfType<ReceiptReading.Malformed>();
        Read(Signed([.. real, ("Body", new string('x', 65_000))])).ShouldBeOfType<ReceiptReading.Receipts>();
        Read(Signed([.. real, ("Body", new string('x', 65_536))])).ShouldBeOfType<ReceiptReading.Malformed>();
        Read(Signed(real) with { Headers = new Dictionary<string, string>(), Body = new byte[1_000_000] }).ShouldBeOfType<ReceiptReading.Refused>();
    }

    [Fact]
    public void While_the_auth_token_is_replaced_both_sign()
    {
        var configuration = TwilioSetup.Configuration(ChannelKind.Sms, new Uri("https://api.twilio.com"));
        configuration = configuration with { Credentials = new Dictionary<string, string>(configuration.Credentials) { ["previousAuthToken"] = "the-one-before" } };
        ReceiptReading Signed(string by) => Type().Read(configuration, Request(Url, $"MessageSid={Sid}", Sign(Url, [("MessageSid", Sid)], by)), Now);

        Type().Validate(configuration).ShouldBeEmpty();
        Signed(TwilioSetup.AuthToken).ShouldBeOfType<ReceiptReading.Receipts>();
        Signed("the-one-before").ShouldBeOfType<ReceiptReading.Receipts>();
        Signed("another").ShouldBeOfType<ReceiptReading.Refused>();
        Signed("").ShouldBeOfType<ReceiptReading.Refused>();
    }

    [Fact]
    public void A_repeat_has_the_same_key_and_every_other_report_another()
    {
        string Key(params (string, string)[] fields) => One(Signed(fields)).DedupeKey;
        (string, string)[] sent = [("MessageSid", Sid), ("MessageStatus", "sent")], stop = [("MessageSid", Sid), ("From", "+14155550100"), ("Body", "STOP")];

        Key(sent).ShouldBe(Key(sent));
        string[] keys = [Key(sent), Key(("MessageSid", Sid), ("MessageStatus", "delivered")), Key(("MessageSid", "SM1"), ("MessageStatus", "sent")), Key(stop)];
        keys.ShouldBeUnique();
    }

    [Fact]
    public void A_report_without_our_id_is_known_by_Twilios()
    {
        const string Bare = Url;
        var receipt = One(Request(Bare, $"MessageSid={Sid}&MessageStatus=sent", Sign(Bare, [("MessageSid", Sid), ("MessageStatus", "sent")])));

        (receipt.Delivery, receipt.ProviderMessageId).ShouldBe((null, Sid));
    }

    [Fact]
    public void What_a_receipt_says_of_a_person_is_not_in_its_words() =>
        One(Signed(("MessageSid", Sid), ("From", "+14155550100"), ("Body", "STOP"))).ToString().ShouldNotContain("4155550100");

    private static Receipt One(ReceiptRequest request) => Read(request).ShouldBeOfType<ReceiptReading.Receipts>().Items.ShouldHaveSingleItem();

    private static ReceiptReading Read(ReceiptRequest request, string authToken = TwilioSetup.AuthToken, ChannelKind channel = ChannelKind.Sms)
    {
        var configuration = TwilioSetup.Configuration(channel, new Uri("https://api.twilio.com"));
        var credentials = new Dictionary<string, string>(configuration.Credentials) { ["authToken"] = authToken };
        return Type(channel).Read(configuration with { Credentials = credentials }, request, Now);
    }

    private static TwilioType Type(ChannelKind channel = ChannelKind.Sms) => new(channel, new EndpointGuard(allowPrivate: false), new ProviderOptions(), TimeProvider.System);

    private static ReceiptRequest Signed(params (string Name, string Value)[] fields)
    {
        var url = $"{Url}?delivery={Delivery}&attempt=1";
        var body = string.Join('&', fields.Select(field => $"{Uri.EscapeDataString(field.Name)}={Uri.EscapeDataString(field.Value).Replace("%20", "+", StringComparison.Ordinal)}"));
        return Request(url, body, Sign(url, fields));
    }

    private static ReceiptRequest Request(string url, string body, string signature)
    {
        var query = System.Web.HttpUtility.ParseQueryString(new Uri(url).Query);
        return new ReceiptRequest(
            "POST", new Uri(url), query.AllKeys.ToDictionary(key => key!, key => query[key]!),
            new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["x-twilio-signature"] = signature },
            "application/x-www-form-urlencoded", Encoding.UTF8.GetBytes(body));
    }

    private static ReceiptRequest With(ReceiptRequest request, string signature) =>
        request with { Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["X-Twilio-Signature"] = signature } };

    /// <summary>The four steps of Twilio's documentation.</summary>
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio signs so.")]
    private static string Sign(string url, IEnumerable<(string Name, string Value)> fields, string authToken = TwilioSetup.AuthToken)
    {
        var text = url;
        foreach (var (name, value) in fields.OrderBy(field => field.Name, StringComparer.Ordinal))
            text += name + value;
        using var hmac = new HMACSHA1(Encoding.UTF8.GetBytes(authToken));
        return Convert.ToBase64String(hmac.ComputeHash(Encoding.UTF8.GetBytes(text)));
    }
}
