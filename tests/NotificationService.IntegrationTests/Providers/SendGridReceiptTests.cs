using System.Security.Cryptography;
using System.Text;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.SendGrid;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>SendGrid's events, signed by a key of the tests' own, and once by SendGrid's.</summary>
public sealed class SendGridReceiptTests : IDisposable
{
    private const string Delivery = "01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a21";

    /// <summary>SendGrid's published example of its signed webhook: key, signature, time, and a body that ends in CRLF.</summary>
    private const string TheirKey = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
    private const string TheirSignature = "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=";
    private const long TheirTime = 1_600_112_502;
    private const string TheirBody =
        "[{\"email\":\"hello@world.com\",\"event\":\"dropped\",\"reason\":\"Bounced Address\",\"sg_event_id\":\"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA\","
        + "\"sg_message_id\":\"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0\",\"smtp-id\":\"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>\",\"timestamp\":1600112492}]\r\n";

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => key.Dispose();

    [Fact]
    public void SendGrids_own_example_is_genuine()
    {
        var then = DateTimeOffset.FromUnixTimeSeconds(TheirTime);
        var receipt = Read(Request(TheirBody, TheirSignature, TheirTime), TheirKey, then).ShouldBeOfType<ReceiptReading.Receipts>().Items.ShouldHaveSingleItem();

        (receipt.Kind, receipt.AddressDead, receipt.Address, receipt.ProviderMessageId).ShouldBe((ReceiptKind.Failed, true, "hello@world.com", "LRzXl_NHStOGhQ4kofSm_A"));
        receipt.OccurredAt.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1_600_112_492));
        Read(Request(TheirBody.TrimEnd(), TheirSignature, TheirTime), TheirKey, then).ShouldBeOfType<ReceiptReading.Refused>();
    }

    [Theory]
    [InlineData("[{\"event\":\"open\",\"sg_event_id\":\"1\"},\r\n{\"event\":\"open\",\"sg_event_id\":\"2\"}]\r\n")]
    [InlineData("[{\"event\":\"open\",\"sg_event_id\":\"1\",\"ü\":\"\\u00fc \u00fc 🎁\"},{\"event\":\"open\",\"sg_event_id\":\"2\"}]")]
    [InlineData(" [ { \"event\" : \"open\" , \"sg_event_id\" : \"1\" } , { \"event\" : \"open\", \"sg_event_id\" : \"2\" } ] ")]
    public void The_bytes_count_as_they_came(string body)
    {
        Read(Signed(body)).ShouldBeOfType<ReceiptReading.Receipts>().Items.Count.ShouldBe(2);
        var written = System.Text.Json.JsonSerializer.Serialize(System.Text.Json.JsonElement.Parse(body), Relaxed);

        Read(Signed(body) with { Body = Encoding.UTF8.GetBytes(written + " ") }).ShouldBeOfType<ReceiptReading.Refused>();
    }

    [Fact]
    public void Half_a_character_anywhere_in_an_event_takes_nothing_with_it()
    {
        var body = Encoding.UTF8.GetBytes("[{\"event\":\"open\",\"sg_event_id\":\"1\",\"category\":\"🎁\"},{\"event\":\"open\",\"category\":\"🎁\"}]");
        foreach (var at in Enumerable.Range(0, body.Length).Where(i => body[i] == 0xF0).ToList())
            body[at + 2] = (byte)' ';

        var receipts = Read(Signed(body)).ShouldBeOfType<ReceiptReading.Receipts>().Items;

        receipts.Select(receipt => receipt.Kind).ShouldBe([ReceiptKind.Opened, ReceiptKind.Opened]);
        receipts.ShouldAllBe(receipt => receipt.Raw!.Contains('\uFFFD', StringComparison.Ordinal));
    }

    [Fact]
    public void Whatever_is_not_signed_so_is_refused()
    {
        const string Body = "[{\"event\":\"bounce\",\"type\":\"bounce\",\"sg_event_id\":\"1\"}]";
        var genuine = Signed(Body);
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var raw = key.SignData(Encoding.UTF8.GetBytes($"{Now.ToUnixTimeSeconds()}{Body}"), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        ReceiptRequest[] forged =
        [
            genuine with { Headers = new Dictionary<string, string>() },
            Request(Body, "", Now.ToUnixTimeSeconds()),
            Request(Body, "no base64", Now.ToUnixTimeSeconds()),
            Request(Body, "AAAA", Now.ToUnixTimeSeconds()),
            Request(Body, new string('A', 4000), Now.ToUnixTimeSeconds()),
            Request(Body, Convert.ToBase64String(raw), Now.ToUnixTimeSeconds()),
            Request(Body, genuine.Headers["x-twilio-email-event-webhook-signature"], Now.ToUnixTimeSeconds() + 1),
            Signed(Body, by: another),
            genuine with { Body = Encoding.UTF8.GetBytes(Body.Replace("\"1\"", "\"2\"", StringComparison.Ordinal)) },
            genuine with { Body = Encoding.UTF8.GetBytes(Body + "\r\n") },
            genuine with { Body = ReadOnlyMemory<byte>.Empty },
        ];

        Read(genuine).ShouldBeOfType<ReceiptReading.Receipts>();
        foreach (var request in forged)
            Read(request).ShouldBeOfType<ReceiptReading.Refused>();
    }

    [Theory]
    [InlineData(599, true)]
    [InlineData(601, false)]
    [InlineData(86_400, false)]
    [InlineData(-599, true)]
    [InlineData(-601, false)]
    public void A_request_that_was_signed_long_ago_or_in_the_future_is_refused(int age, bool taken)
    {
        var reading = Read(Signed("[]", at: Now.ToUnixTimeSeconds() - age));

        (reading is ReceiptReading.Receipts).ShouldBe(taken);
        (reading is ReceiptReading.Refused).ShouldBe(!taken);
    }

    [Fact]
    public void Without_a_key_nobody_is_believed() =>
        SendGridOf().Read(SendGridSetup.Configuration(new Uri("https://api.sendgrid.com")), Signed("[]"), Now)
            .ShouldBeOfType<ReceiptReading.Refused>().Message.ShouldContain("webhookPublicKey");

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("\"x\"")]
    [InlineData("[{]")]
    [InlineData("[{\"event\":\"open\"}")]
    public void What_is_signed_and_no_array_of_events_is_malformed(string body) => Read(Signed(body)).ShouldBeOfType<ReceiptReading.Malformed>();

    [Fact]
    public void One_strange_event_does_not_cost_the_others()
    {
        const string Body = """[1,null,[],{},{"event":1},{"event":"\ud800"},{"event":"made_up","sg_event_id":"0"},{"event":"open","sg_event_id":"1","timestamp":"x","delivery_id":"no id","url":5}]""";
        IReadOnlyList<Receipt> items = [];

        UnreadEvents.Of("sendgrid", () => items = Read(Signed(Body)).ShouldBeOfType<ReceiptReading.Receipts>().Items).ShouldBe(7);

        var receipt = items.ShouldHaveSingleItem();

        (receipt.DedupeKey, receipt.OccurredAt, receipt.Delivery).ShouldBe(("1", Now, null));
    }

    [Theory]
    [InlineData("\"event\":\"processed\"", ReceiptKind.Sent, false, false)]
    [InlineData("\"event\":\"delivered\",\"response\":\"250 OK\"", ReceiptKind.Delivered, false, false)]
    [InlineData("\"event\":\"deferred\",\"response\":\"400 try again later\",\"attempt\":\"5\"", ReceiptKind.Deferred, false, false)]
    [InlineData("\"event\":\"bounce\",\"type\":\"bounce\",\"reason\":\"550 5.1.1 unknown\",\"status\":\"5.1.1\"", ReceiptKind.Bounced, true, false)]
    [InlineData("\"event\":\"bounce\",\"type\":\"blocked\",\"reason\":\"550 5.7.1 spam\"", ReceiptKind.Failed, false, true)]
    [InlineData("\"event\":\"bounce\"", ReceiptKind.Failed, false, true)]
    [InlineData("\"event\":\"dropped\",\"reason\":\"Bounced Address\"", ReceiptKind.Failed, true, false)]
    [InlineData("\"event\":\"dropped\",\"reason\":\"Invalid\"", ReceiptKind.Failed, true, false)]
    [InlineData("\"event\":\"dropped\",\"reason\":\"Spam Content (if spam checker app enabled)\"", ReceiptKind.Failed, false, false)]
    [InlineData("\"event\":\"spamreport\"", ReceiptKind.Complained, false, false)]
    [InlineData("\"event\":\"unsubscribe\"", ReceiptKind.Unsubscribed, false, false)]
    [InlineData("\"event\":\"group_unsubscribe\",\"asm_group_id\":10", ReceiptKind.Unsubscribed, false, false)]
    [InlineData("\"event\":\"group_resubscribe\",\"asm_group_id\":10", ReceiptKind.Resubscribed, false, false)]
    [InlineData("\"event\":\"open\",\"sg_machine_open\":true", ReceiptKind.Opened, false, false)]
    [InlineData("\"event\":\"click\",\"url\":\"https://example.com/a\"", ReceiptKind.Clicked, false, false)]
    public void Every_event_is_a_receipt_of_our_delivery(string fields, ReceiptKind kind, bool dead, bool temporary)
    {
        var body = "[{" + fields + ",\"email\":\"ann@example.com\",\"timestamp\":1795262300,\"sg_event_id\":\"evt-1\",\"sg_message_id\":\"14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0\","
            + $"\"delivery_id\":\"{Delivery}\",\"notification_id\":\"x\"}}]";

        var receipt = Read(Signed(body)).ShouldBeOfType<ReceiptReading.Receipts>().Items.ShouldHaveSingleItem();

        (receipt.Kind, receipt.AddressDead, receipt.Temporary).ShouldBe((kind, dead, temporary));
        (receipt.DedupeKey, receipt.ProviderMessageId, receipt.Delivery).ShouldBe(("evt-1", "14c5d75ce93.dfd.64b469", new DeliveryId(new Guid(Delivery))));
        receipt.OccurredAt.ToUnixTimeSeconds().ShouldBe(1_795_262_300);
        receipt.Url.ShouldBe(kind == ReceiptKind.Clicked ? "https://example.com/a" : null);
        (receipt.Message ?? "").ShouldNotContain("ann@example.com");
        if (dead || kind is ReceiptKind.Complained or ReceiptKind.Unsubscribed or ReceiptKind.Resubscribed)
            receipt.Address.ShouldBe("ann@example.com");
        else
            receipt.Address.ShouldBeNull();
    }

    [Theory]
    [InlineData("unsubscribe", "", null)]
    [InlineData("group_unsubscribe", ",\"asm_group_id\":10", "vendor_group:10")]
    [InlineData("group_unsubscribe", ",\"asm_group_id\":\"10\"", "vendor_group:10")]
    [InlineData("group_resubscribe", ",\"asm_group_id\":10", "vendor_group:10")]
    [InlineData("group_resubscribe", "", "vendor_group:unknown")]
    [InlineData("group_resubscribe", ",\"asm_group_id\":{\"a\":1}", "vendor_group:unknown")]
    public void What_is_said_of_a_group_is_of_that_group_alone(string name, string fields, string? scope) =>
        Read(Signed($"[{{\"event\":\"{name}\",\"email\":\"ann@example.com\",\"sg_event_id\":\"evt-1\"{fields}}}]")).ShouldBeOfType<ReceiptReading.Receipts>().Items.ShouldHaveSingleItem().Scope.ShouldBe(scope);

    /// <summary>SendGrid drops what is for somebody who unsubscribed or complained there before: that is news to us, besides that this message failed.</summary>
    [Theory]
    [InlineData("Unsubscribed Address", ReceiptKind.Unsubscribed)]
    [InlineData("Spam Reporting Address", ReceiptKind.Complained)]
    public void What_is_dropped_for_an_earlier_wish_is_failed_and_reports_the_wish(string reason, ReceiptKind wish)
    {
        var items = Read(Signed($$"""[{"event":"dropped","reason":"{{reason}}","email":"ann@example.com","sg_event_id":"evt-1","delivery_id":"{{Delivery}}"}]""")).ShouldBeOfType<ReceiptReading.Receipts>().Items;

        items.Select(item => (item.Kind, item.AddressDead, item.Address)).ShouldBe([(ReceiptKind.Failed, false, null), (wish, false, "ann@example.com")]);
        items.ShouldAllBe(item => item.Delivery == new DeliveryId(new Guid(Delivery)));
        items.Select(item => item.DedupeKey).ShouldBeUnique();
    }

    [Fact]
    public void While_the_key_is_replaced_both_sign()
    {
        using var before = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var another = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var configuration = Configuration(Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()));
        ProviderConfiguration With(string previous) => configuration with { Credentials = new Dictionary<string, string>(configuration.Credentials) { ["previousWebhookPublicKey"] = previous } };
        var both = With(Convert.ToBase64String(before.ExportSubjectPublicKeyInfo()));

        SendGridOf().Validate(both).ShouldBeEmpty();
        SendGridOf().Validate(With("AAAA")).ShouldHaveSingleItem().Pointer.ShouldBe("/credentials/previousWebhookPublicKey");
        SendGridOf().Read(both, Signed("[]"), Now).ShouldBeOfType<ReceiptReading.Receipts>();
        SendGridOf().Read(both, Signed("[]", by: before), Now).ShouldBeOfType<ReceiptReading.Receipts>();
        SendGridOf().Read(both, Signed("[]", by: another), Now).ShouldBeOfType<ReceiptReading.Refused>();
    }

    [Theory]
    [InlineData("UHgxAkfFRs-jE4QV1nKhLg.recvd-5df49c5b7b-ggzdk-1-65C2A7A8-1B.0", "UHgxAkfFRs-jE4QV1nKhLg")]
    [InlineData("UHgxAkfFRs-jE4QV1nKhLg.made-up-tomorrow.0", "UHgxAkfFRs-jE4QV1nKhLg")]
    [InlineData("UHgxAkfFRs-jE4QV1nKhLg.0", "UHgxAkfFRs-jE4QV1nKhLg")]
    [InlineData("UHgxAkfFRs-jE4QV1nKhLg", "UHgxAkfFRs-jE4QV1nKhLg")]
    [InlineData("142d9f3f351.7618.254f56.filter-147.22649.52A663508.0", "142d9f3f351.7618.254f56")]
    [InlineData("sendgrid_internal_message_id", "sendgrid_internal_message_id")]
    public void The_message_id_is_what_the_send_was_answered_with(string reported, string ours) =>
        Read(Signed($$"""[{"event":"open","sg_event_id":"1","sg_message_id":"{{reported}}"}]""")).ShouldBeOfType<ReceiptReading.Receipts>().Items[0].ProviderMessageId.ShouldBe(ours);

    [Fact]
    public void An_event_without_an_id_of_its_own_is_known_by_its_content()
    {
        string Key(string body) => Read(Signed(body)).ShouldBeOfType<ReceiptReading.Receipts>().Items[0].DedupeKey;

        Key("[{\"event\":\"open\",\"timestamp\":1}]").ShouldBe(Key("[ {\"event\":\"open\",\"timestamp\":1} ]"));
        Key("[{\"event\":\"open\",\"timestamp\":1}]").ShouldNotBe(Key("[{\"event\":\"open\",\"timestamp\":2}]"));
    }

    [Theory]
    [InlineData("no base64")]
    [InlineData("AAAA")]
    [InlineData("MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEVzhvRGWbBCBzsyA4ooBMRSvgyVkFmUb3bhcVbNQ8pXSlZPwCmzeHJSkHHuLnUUHdzbvvFWmYvNYJ9WfeXDEWag==")]
    public void A_key_that_could_verify_nothing_is_refused_when_it_is_configured(string text)
    {
        var configuration = Configuration(text);

        var error = SendGridOf().Validate(configuration).ShouldHaveSingleItem();

        error.Pointer.ShouldBe("/credentials/webhookPublicKey");
    }

    [Fact]
    public void The_key_that_SendGrid_shows_is_taken() => SendGridOf().Validate(Configuration(TheirKey)).ShouldBeEmpty();

    private ReceiptReading Read(ReceiptRequest request, string? publicKey = null, DateTimeOffset? now = null)
    {
        var text = publicKey ?? Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());
        return SendGridOf().Read(Configuration(text), request, now ?? Now);
    }

    private static SendGridType SendGridOf() => new(new EndpointGuard(allowPrivate: false), new ProviderOptions(), TimeProvider.System);

    private static ProviderConfiguration Configuration(string publicKey)
    {
        var configuration = SendGridSetup.Configuration(new Uri("https://api.sendgrid.com"));
        return configuration with { Credentials = new Dictionary<string, string>(configuration.Credentials) { ["webhookPublicKey"] = publicKey } };
    }

    private ReceiptRequest Signed(string body, long? at = null, ECDsa? by = null) => Signed(Encoding.UTF8.GetBytes(body), at, by);

    private ReceiptRequest Signed(byte[] body, long? at = null, ECDsa? by = null)
    {
        var time = at ?? Now.ToUnixTimeSeconds();
        var signature = (by ?? key).SignData([.. Encoding.UTF8.GetBytes($"{time}"), .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Request("", Convert.ToBase64String(signature), time) with { Body = body };
    }

    private static ReceiptRequest Request(string body, string signature, long time) => new(
        "POST", new Uri("https://notify.example.com/webhooks/sendgrid/1"), new Dictionary<string, string>(),
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["x-twilio-email-event-webhook-signature"] = signature,
            ["x-twilio-email-event-webhook-timestamp"] = time.ToString(System.Globalization.CultureInfo.InvariantCulture),
        },
        "application/json", Encoding.UTF8.GetBytes(body));
}
