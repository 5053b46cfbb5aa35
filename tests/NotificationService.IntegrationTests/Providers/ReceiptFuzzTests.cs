using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.Sandbox;
using NotificationService.Providers.SendGrid;
using NotificationService.Providers.Twilio;
using NotificationService.Providers.WhatsAppCloud;
using NotificationService.Testing;

namespace NotificationService.IntegrationTests.Providers;

/// <summary>Whatever is done to a vendor's real request, and however well it is signed, reading it never throws.</summary>
public sealed class ReceiptFuzzTests(TestDatabase database) : IClassFixture<TestDatabase>, IDisposable
{
    private const string SendGridBody = """
        [{"email":"ann@example.com","timestamp":1795262300,"event":"bounce","type":"bounce","reason":"550 5.1.1 unknown","status":"5.1.1","sg_event_id":"evt-1","sg_message_id":"UHgxAkfFRs-jE4QV1nKhLg.recvd-5df4-1.0","delivery_id":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a21"},
        {"email":"ann@example.com","timestamp":1795262301,"event":"dropped","reason":"Unsubscribed Address","sg_event_id":"evt-2","sg_message_id":"UHgxAkfFRs-jE4QV1nKhLg.recvd-5df4-1.0"},
        {"email":"ann@example.com","timestamp":1795262302,"event":"open","sg_machine_open":true,"sg_event_id":"evt-3"},{"event":"click","url":"https://example.com/a","sg_event_id":"evt-4"}]
        """;

    private const string WhatsAppBody = """
        {"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"phone_number_id":"106540352242922"},
        "statuses":[{"id":"wamid.A","status":"failed","timestamp":"1795262300","recipient_id":"14155550100","biz_opaque_callback_data":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a04",
        "errors":[{"code":131026,"title":"t","message":"m","error_data":{"details":"d"}}]},{"id":"wamid.B","status":"read","timestamp":"1795262301"}],
        "messages":[{"from":"14155550100","id":"wamid.R","timestamp":"1795262302","type":"text","text":{"body":"STOP"}},
        {"from":"14155550100","id":"wamid.S","timestamp":"1795262302","type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"1","title":"START"}}}]}}]}]}
        """;

    private const string TwilioBody =
        "MessageSid=SM0123456789abcdef0123456789abcdef&MessageStatus=undelivered&ErrorCode=30005&To=%2B14155550100&From=whatsapp%3A%2B15005550006&Body=stop%20%F0%9F%8E%81&OptOutType=&SmsStatus=received";

    private const string SandboxBody =
        """[{"id":"1","status":"bounced","deliveryId":"01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a04","at":"2026-11-21T12:00:00Z","code":"5.1.1","message":"no such user","addressDead":true}]""";

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] Pieces =
    [
        "\\ud800", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\\u0000", "null", "true", "[]", "{}", "\"\"", "-1", "1e999", "99999999999999999999", "\"", "\\", ",", ":", "[", "{", "]", "}",
        "%", "%zz", "%00", "%ED%A0%80", "&", "=", "+", "whatsapp:", "\u00ff", "\0", "🎁", "field", "\"status\":{},", "\"code\":\"x\",", "\"\\ud800\":1,", new('[', 100), new('9', 400), new('x', 300),
    ];

    /// <summary>Half a character is good JSON and no text: no fault of form stops it early, so that it comes up more often.</summary>
    private static readonly string[] Halves = ["\\ud800", "\"\\ud800\"", "\"\\ud800\":1,"];

    private sealed record Spoil(int Kind, int At, string Piece);

    /// <summary>Few at once: what is spoilt more is seldom read any further than to its first fault.</summary>
    private static readonly Gen<Spoil[]> Spoils =
        from count in Gen.Choose(1, 3)
        from spoils in (
            from kind in Gen.Elements(0, 1, 2, 3, 3, 3, 4, 4, 5, 5)
            from at in Gen.Choose(0, 100_000)
            from piece in Gen.OneOf(Gen.Elements(Pieces), Gen.Elements(Halves))
            select new Spoil(kind, at, piece)).ArrayOf(count)
        select spoils;

    private static readonly EndpointGuard Guard = new(allowPrivate: true);
    private static readonly Uri Somewhere = new("https://vendor.example.com");
    private static readonly Uri Url = new("https://notify.example.com/webhooks/x/1?delivery=01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a21&attempt=1");

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => key.Dispose();

    [Fact]
    public void SendGrids_events()
    {
        var configuration = SendGridSetup.Configuration(Somewhere);
        var credentials = new Dictionary<string, string>(configuration.Credentials) { ["webhookPublicKey"] = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()) };
        var time = Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        Check(new SendGridType(Guard, new ProviderOptions(), TimeProvider.System), configuration with { Credentials = credentials }, SendGridBody, "application/json", body => new()
        {
            ["X-Twilio-Email-Event-Webhook-Signature"] = Convert.ToBase64String(key.SignData([.. Encoding.ASCII.GetBytes(time), .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            ["X-Twilio-Email-Event-Webhook-Timestamp"] = time,
        });
    }

    [Theory]
    [InlineData(ChannelKind.Sms)]
    [InlineData(ChannelKind.WhatsApp)]
    public void Twilios_reports_and_answers(ChannelKind channel) => Check(
        new TwilioType(channel, Guard, new ProviderOptions(), TimeProvider.System), TwilioSetup.Configuration(channel, Somewhere), TwilioBody, "application/x-www-form-urlencoded",
        body => new() { ["X-Twilio-Signature"] = TwilioSignatureOf(body) });

    [Fact]
    public void Metas_batches() => Check(
        new WhatsAppCloudType(Guard, new ProviderOptions(), TimeProvider.System), WhatsAppSetup.Configuration(Somewhere), WhatsAppBody, "application/json",
        body => new() { ["X-Hub-Signature-256"] = $"sha256={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(WhatsAppSetup.AppSecret), body))}" });

    [Fact]
    public void The_sandboxs_reports()
    {
        var type = new SandboxType(new SandboxMailbox(database.Database, database.Ids, TimeProvider.System), database.NewReceiptIntake(), TimeProvider.System);
        var configuration = SendGridSetup.Configuration(Somewhere) with { Type = "sandbox", Credentials = new Dictionary<string, string> { ["receiptSecret"] = "s3cret" } };
        Check(type, configuration, SandboxBody, "application/json", body => new()
        {
            ["X-Sandbox-Signature"] = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes("s3cret"), body)),
        });
    }

    private static void Check(IReceiptSource source, ProviderConfiguration configuration, string real, string contentType, Func<byte[], Dictionary<string, string>> sign)
    {
        ReceiptReading Read(byte[] body, string? type, Dictionary<string, string> headers) => source.Read(
            configuration, new ReceiptRequest("POST", Url, new Dictionary<string, string> { ["delivery"] = "01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a21" }, new Dictionary<string, string>(headers, StringComparer.OrdinalIgnoreCase), type, body), Now);

        var whole = Encoding.UTF8.GetBytes(real);
        Read(whole, contentType, sign(whole)).ShouldBeOfType<ReceiptReading.Receipts>().Items.ShouldNotBeEmpty("a body that is not read at all would prove nothing");
        Prop.ForAll(Arb.From(Spoils), spoils =>
        {
            var body = spoils.Aggregate(whole, Spoiled);
            return Read(body, contentType, sign(body)) is not ReceiptReading.Receipts { Items: var items } || items.All(item => item.DedupeKey.Length > 0 && item.Message is null or { Length: <= 500 });
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), ArbMap.Default.ArbFor<string>(), (header, type) =>
            Read(whole, type, sign(whole).ToDictionary(one => one.Key, one => header ?? one.Value)) is not null).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    private static byte[] Spoiled(byte[] body, Spoil spoil)
    {
        var piece = Encoding.UTF8.GetBytes(spoil.Piece);
        if (body.Length == 0)
            return piece;
        var at = spoil.At % body.Length;
        return spoil.Kind switch
        {
            0 => [.. body[..at], .. piece, .. body[at..]],
            1 => [.. body[..at], .. body[Math.Min(body.Length, at + piece.Length)..]],
            2 => [.. body[..at], (byte)(body[at] ^ (1 << (piece.Length % 8))), .. body[(at + 1)..]],
            3 => Instead(body, at, "\""u8, "\""u8, piece), // of a text or a name
            4 => Instead(body, at, ":="u8, "&,}]"u8, piece), // of a value
            _ => Instead(body, at, "{,&"u8, default, piece), // one more field
        };
    }

    private static byte[] Instead(byte[] body, int at, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, byte[] piece)
    {
        var begin = body.AsSpan(at).IndexOfAny(from) is >= 0 and var found ? at + found + 1 : at;
        var end = to.IsEmpty ? begin : body.AsSpan(begin).IndexOfAny(to) is >= 0 and var next ? begin + next : begin;
        return [.. body[..begin], .. piece, .. body[end..]];
    }

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "Twilio signs so.")]
    private static string TwilioSignatureOf(byte[] body)
    {
        var fields = Encoding.UTF8.GetString(body).Split('&', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split('=', 2))
            .Select(parts => (Name: System.Net.WebUtility.UrlDecode(parts[0]), Value: parts.Length == 2 ? System.Net.WebUtility.UrlDecode(parts[1]) : "")).Distinct()
            .OrderBy(field => field.Name, StringComparer.Ordinal).ThenBy(field => field.Value, StringComparer.Ordinal);
        return Convert.ToBase64String(HMACSHA1.HashData(
            Encoding.UTF8.GetBytes(TwilioSetup.AuthToken), Encoding.UTF8.GetBytes(Url + string.Concat(fields.Select(field => field.Name + field.Value)))));
    }
}
