using System.Security.Cryptography;
using System.Text;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.WhatsAppCloud;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>Meta's webhook: who may call it, and what is read of it.</summary>
public sealed class WhatsAppCloudReceiptsTests
{
    private const string Delivery = "01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a04";

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly long Then = Now.AddMinutes(-1).ToUnixTimeSeconds();

    private static readonly WhatsAppCloudType Type = new(new EndpointGuard(allowPrivate: true), new ProviderOptions(), TimeProvider.System);

    [Theory]
    [InlineData("sent", ReceiptKind.Sent)]
    [InlineData("delivered", ReceiptKind.Delivered)]
    [InlineData("read", ReceiptKind.Read)]
    public void A_status_is_read_with_both_ids_and_its_time(string status, ReceiptKind kind)
    {
        var receipt = Receipts(Statuses(Status("wamid.A", status))).ShouldHaveSingleItem();

        (receipt with { Raw = null }).ShouldBe(new Receipt($"wamid.A:{status}", kind, Now.AddMinutes(-1)) { Delivery = new(new Guid(Delivery)), ProviderMessageId = "wamid.A" });
    }

    [Fact]
    public void A_batch_is_read_whole_and_what_is_not_known_passed_over()
    {
        var body = $$$"""
            {"object":"whatsapp_business_account","entry":[
              {"id":"1","changes":[{"field":"messages","value":{{{Value(Status("wamid.A", "read"), Status("wamid.A", "delivered"), Status("wamid.B", "fancy"), "5", "{}", "{\"id\":\"\\ud800\",\"status\":\"sent\"}")}}}},
                                   {"field":"account_update","value":{"event":"x"}}]},
              {"id":"2","changes":[{"field":"messages","value":{{{Value(Status("wamid.C", "sent"))}}}}, null]}, 7]}
            """;

        IReadOnlyList<Receipt> receipts = [];
        UnreadEvents.Of("whatsapp_cloud", () => receipts = Receipts(body)).ShouldBe(5, "fancy, 5, {}, half a character, and a change that is none");

        receipts.Select(receipt => receipt.DedupeKey).ShouldBe(["wamid.A:read", "wamid.A:delivered", "wamid.C:sent"]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"entry":[]}""")]
    [InlineData("""{"entry":{"changes":3}}""")]
    public void A_genuine_request_without_receipts_is_answered_like_any_other(string body) => Receipts(body).ShouldBeEmpty();

    [Theory]
    [InlineData("""{"entry":[{"changes":[{"field":"\ud800","value":{}}]}]}""")]
    [InlineData("""{"entry":[{"changes":[{"fi\ud800":1,"field":"messages","value":{"stat\udc00":[]}}]}]}""")]
    [InlineData("""{"entry":[{"changes":[{"field":"messages","value":{"messages":[{"type":"\ud800","from":"\ud800","id":"\ud800"}]}}]}]}""")]
    [InlineData("""{"entry":[{"changes":[{"field":"messages","value":{"statuses":[{"id":"A","status":"sent","biz_opaque_callback_data":"\ud800","timestamp":"\ud800"},{"id":"\ud800","status":"failed","errors":[{"code":1,"message":"\ud800"}]}]}}]}]}""")]
    public void Half_a_character_anywhere_is_passed_over(string body) => Receipts(body).ShouldAllBe(receipt => receipt.DedupeKey == "A:sent");

    [Fact]
    public void While_the_app_secret_is_replaced_both_sign()
    {
        var configuration = WhatsAppSetup.Configuration(new Uri("https://graph.facebook.com"));
        configuration = configuration with { Credentials = new Dictionary<string, string>(configuration.Credentials) { ["previousAppSecret"] = "the-one-before" } };

        Type.Validate(configuration).ShouldBeEmpty();
        Type.Read(configuration, Post("{}", Signature("{}")), Now).ShouldBeOfType<ReceiptReading.Receipts>();
        Type.Read(configuration, Post("{}", Signature("{}", "the-one-before")), Now).ShouldBeOfType<ReceiptReading.Receipts>();
        Type.Read(configuration, Post("{}", Signature("{}", "another")), Now).ShouldBeOfType<ReceiptReading.Refused>();
    }

    [Theory]
    [InlineData(131026, true, false)]
    [InlineData(131047, false, false)]
    [InlineData(131049, false, false)]
    [InlineData(131000, false, true)]
    [InlineData(130429, false, true)]
    [InlineData(777777, false, true)]
    public void A_failure_says_what_follows_from_it(int code, bool dead, bool temporary)
    {
        var errors = $$$"""[{"code":{{{code}}},"title":"t","message":"m","error_data":{"details":"for +14155550100 at ann@example.com"}}]""";

        var receipt = Receipts(Statuses(Status("wamid.A", "failed", $""","errors":{errors}"""))).ShouldHaveSingleItem();

        (receipt.Kind, receipt.Code, receipt.AddressDead, receipt.Temporary).ShouldBe((ReceiptKind.Failed, $"{code}", dead, temporary));
        receipt.Message.ShouldNotBeNull().ShouldNotContain("4155550100");
        receipt.Message.ShouldNotContain("ann@example.com");
        receipt.Message.Length.ShouldBeLessThanOrEqualTo(500);
    }

    [Theory]
    [InlineData("STOP", ReceiptKind.Unsubscribed)]
    [InlineData(" stop. ", ReceiptKind.Unsubscribed)]
    [InlineData("Unsubscribe", ReceiptKind.Unsubscribed)]
    [InlineData("Arr\\u00eat", ReceiptKind.Unsubscribed)]
    [InlineData("start", ReceiptKind.Resubscribed)]
    public void A_reply_that_wants_no_more_is_about_the_address(string words, ReceiptKind kind)
    {
        foreach (var (type, content) in ((string, string)[])[
            ("text", $$"""{"body":"{{words}}"}"""),
            ("button", $$"""{"payload":"p","text":"{{words}}"}"""),
            ("interactive", """{"type":"button_reply","button_reply":{"id":"1","title":"WORDS"}}""".Replace("WORDS", words, StringComparison.Ordinal))])
        {
            var receipt = Receipts(Replies(type, content)).ShouldHaveSingleItem();

            (receipt.Kind, receipt.Address, receipt.Delivery, receipt.OccurredAt).ShouldBe((kind, "+14155550100", null, Now.AddMinutes(-1)));
        }
    }

    [Fact]
    public void Who_opted_out_of_marketing_at_Meta_gets_no_more_of_it()
    {
        var receipts = Receipts(Statuses(Status("wamid.A", "failed", ""","errors":[{"code":131050,"title":"User has stopped marketing"}]""")));

        receipts.Select(receipt => (receipt.Kind, receipt.Scope, receipt.AddressDead)).ShouldBe([(ReceiptKind.Failed, null, false), (ReceiptKind.Unsubscribed, "marketing", false)]);
        receipts.Select(receipt => receipt.DedupeKey).ShouldBeUnique();
        receipts.ShouldAllBe(receipt => receipt.Delivery!.Value.Value == new Guid(Delivery));
    }

    [Theory]
    [InlineData("stop", ReceiptKind.Unsubscribed)]
    [InlineData("resume", ReceiptKind.Resubscribed)]
    public void What_somebody_sets_in_WhatsApp_itself_is_of_marketing(string value, ReceiptKind kind)
    {
        var body = $$$"""{"entry":[{"id":"1","changes":[{"field":"user_preferences","value":{"user_preferences":[{"wa_id":"14155550100","category":"marketing_messages","value":"{{{value}}}","timestamp":{{{Then}}}},{"wa_id":"x"},7]}}]}]}""";

        var receipt = Receipts(body).ShouldHaveSingleItem();

        (receipt.Kind, receipt.Scope, receipt.Address, receipt.OccurredAt).ShouldBe((kind, "marketing", "+14155550100", Now.AddMinutes(-1)));
    }

    [Theory]
    [InlineData("Abmelden", ReceiptKind.Unsubscribed, "all")]
    [InlineData("\\u0625\\u064a\\u0642\\u0627\\u0641", ReceiptKind.Unsubscribed, "all")]
    [InlineData("Stop promotions", ReceiptKind.Unsubscribed, "marketing")]
    [InlineData("help", ReceiptKind.AskedForHelp, "all")]
    public void A_wish_says_of_what_it_is(string words, ReceiptKind kind, string scope)
    {
        var receipt = Receipts(Replies("text", $$"""{"body":"{{words}}"}""")).ShouldHaveSingleItem();

        (receipt.Kind, receipt.Scope, receipt.Address).ShouldBe((kind, scope, "+14155550100"));
    }

    [Fact]
    public void An_id_that_is_another_spelling_of_the_number_and_the_message_that_was_answered_count_too()
    {
        var body = Replies("text", """{"body":"PARAR"},"context":{"id":"wamid.OURS"}""").Replace("14155550100", "551187654321", StringComparison.Ordinal);

        var receipts = Receipts(body);

        receipts.Select(receipt => (receipt.Address, receipt.ProviderMessageId)).ShouldBe([("+551187654321", null), ("+5511987654321", null), (null, "wamid.OURS")]);
        receipts.Select(receipt => receipt.DedupeKey).ShouldBeUnique();
        receipts.ShouldAllBe(receipt => receipt.Kind == ReceiptKind.Unsubscribed);
    }

    [Theory]
    [InlineData("please do not stop")]
    [InlineData("stop by our shop tomorrow")]
    [InlineData("")]
    public void Any_other_reply_is_nobodys_business_here(string words) => Receipts(Replies("text", $$"""{"body":"{{words}}"}""")).ShouldBeEmpty();

    [Fact]
    public void The_signature_is_over_the_bytes_as_they_came_escaped_characters_included()
    {
        var body = Statuses(Status("wamid.\\u00e4\\/\\u20ac", "sent"));

        Receipts(body).ShouldHaveSingleItem().ProviderMessageId.ShouldBe("wamid.ä/€");
        Read(Post(body.Replace("\\u20ac", "€", StringComparison.Ordinal), Signature(body))).ShouldBeOfType<ReceiptReading.Refused>();
    }

    [Fact]
    public void Without_the_right_signature_nothing_is_read()
    {
        var body = Statuses(Status("wamid.A", "delivered"));
        var right = Signature(body);

        foreach (var signature in (string?[])[null, "", "sha256=", "sha256=zz", right[..^2], right + "00", "sha1=" + right[7..], right[7..], Signature(body, "another secret"), Signature(body + "\n")])
            Read(Post(body, signature)).ShouldBeOfType<ReceiptReading.Refused>(signature);
        Read(Post(body, right.ToUpperInvariant().Replace("SHA256", "sha256", StringComparison.Ordinal))).ShouldBeOfType<ReceiptReading.Receipts>();
    }

    [Fact]
    public void Any_bit_that_is_turned_in_body_or_signature_makes_it_a_strangers()
    {
        var body = Encoding.UTF8.GetBytes(Statuses(Status("wamid.A", "delivered")));
        var signature = Encoding.ASCII.GetBytes(Signature(Encoding.UTF8.GetString(body)));
        for (var bit = 0; bit < body.Length * 8; bit++)
        {
            body[bit / 8] ^= (byte)(1 << (bit % 8));
            Read(Post(body, Encoding.ASCII.GetString(signature))).ShouldBeOfType<ReceiptReading.Refused>();
            body[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        // A hexadecimal digit's case says nothing; every other bit does.
        for (var bit = 7 * 8; bit < signature.Length * 8; bit++)
        {
            if (bit % 8 == 5)
                continue;
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
            Read(Post(body, Encoding.Latin1.GetString(signature))).ShouldBeOfType<ReceiptReading.Refused>();
            signature[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"entry\":")]
    [InlineData("hello")]
    public void A_genuine_request_that_cannot_be_read_is_malformed(string body) => Read(Post(body, Signature(body))).ShouldBeOfType<ReceiptReading.Malformed>();

    [Theory]
    [InlineData("subscribe", WhatsAppSetup.VerifyToken, "1158201444", true)]
    [InlineData("subscribe", "another", "1158201444", false)]
    [InlineData("subscribe", "", "1158201444", false)]
    [InlineData("unsubscribe", WhatsAppSetup.VerifyToken, "1158201444", false)]
    [InlineData("subscribe", WhatsAppSetup.VerifyToken, "", false)]
    public void The_handshake_gives_the_challenge_back_to_who_knows_the_verify_token(string mode, string token, string challenge, bool known)
    {
        var query = new Dictionary<string, string> { ["hub.mode"] = mode, ["hub.verify_token"] = token, ["hub.challenge"] = challenge };

        var reading = Read(new ReceiptRequest("GET", new Uri("https://n.example.com/webhooks/whatsapp/1"), query, new Dictionary<string, string>(), null, default));

        if (known)
            reading.ShouldBe(new ReceiptReading.Challenge(challenge));
        else
            reading.ShouldBeOfType<ReceiptReading.Refused>();
    }

    [Fact]
    public void A_time_that_cannot_be_is_now()
    {
        foreach (var time in (string[])["\"x\"", "\"-5\"", "null", "\"99999999999\"", "{}", "\"0\""])
            Receipts(Statuses($$"""{"id":"wamid.A","status":"sent","timestamp":{{time}},"recipient_id":"1"}""")).ShouldHaveSingleItem().OccurredAt.ShouldBe(Now, time);
    }

    private static string Status(string id, string status, string more = "") =>
        $$"""{"id":"{{id}}","status":"{{status}}","timestamp":"{{Then}}","recipient_id":"14155550100","biz_opaque_callback_data":"{{Delivery}}"{{more}}}""";

    private static string Value(params string[] statuses) =>
        $$"""{"messaging_product":"whatsapp","metadata":{"display_phone_number":"1","phone_number_id":"{{WhatsAppSetup.PhoneNumberId}}"},"statuses":[{{string.Join(',', statuses)}}]}""";

    private static string Statuses(params string[] statuses) =>
        $$"""{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{{Value(statuses)}}}]}]}""";

    private static string Replies(string type, string content) => $$$"""
        {"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{
          "messages":[{"from":"14155550100","id":"wamid.R","timestamp":"{{{Then}}}","type":"{{{type}}}","{{{type}}}":{{{content}}}}]}}]}]}
        """;

    private static IReadOnlyList<Receipt> Receipts(string body) => Read(Post(body, Signature(body))).ShouldBeOfType<ReceiptReading.Receipts>().Items;

    private static ReceiptReading Read(ReceiptRequest request) => Type.Read(WhatsAppSetup.Configuration(new Uri("https://graph.facebook.com")), request, Now);

    private static ReceiptRequest Post(string body, string? signature) => Post(Encoding.UTF8.GetBytes(body), signature);

    private static ReceiptRequest Post(byte[] body, string? signature) => new(
        "POST", new Uri("https://n.example.com/webhooks/whatsapp/1"), new Dictionary<string, string>(),
        signature is null ? new Dictionary<string, string>() : new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["x-hub-signature-256"] = signature },
        "application/json", body);

    /// <summary>As Meta's documents describe it, apart from the code under test.</summary>
    private static string Signature(string body, string secret = WhatsAppSetup.AppSecret)
    {
        using var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(secret));
        return $"sha256={Convert.ToHexStringLower(hmac.ComputeHash(Encoding.UTF8.GetBytes(body)))}";
    }
}
