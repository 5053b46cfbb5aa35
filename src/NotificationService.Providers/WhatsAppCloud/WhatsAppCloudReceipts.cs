using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Recipients;

namespace NotificationService.Providers.WhatsAppCloud;

/// <summary>
/// Meta's webhook: what became of messages, in batches, and what recipients wrote. Signed over the bytes as they came,
/// which escape every character beyond ASCII and would not survive being written anew.
/// </summary>
internal static class WhatsAppCloudReceipts
{
    private const string SignaturePrefix = "sha256=";
    private const int LongestChallenge = 1_000;
    private const int LongestMessage = 500;

    public static ReceiptReading Read(WhatsAppCloudSettings settings, ReceiptRequest request, DateTimeOffset now)
    {
        if (string.Equals(request.Method, "GET", StringComparison.OrdinalIgnoreCase))
            return Handshake(settings, request);
        if (!IsSigned(settings, request))
            return new ReceiptReading.Refused("the signature is missing or is not Meta's");
        try
        {
            var body = JsonElement.Parse(request.Body.Span);
            return body.ValueKind == JsonValueKind.Object
                ? new ReceiptReading.Receipts([.. Changes(body).SelectMany(value => Statuses(settings, value, now).Concat(Replies(value, now)).Concat(Choices(value, now)))])
                : new ReceiptReading.Malformed("the body is no JSON object");
        }
        catch (JsonException)
        {
            return new ReceiptReading.Malformed("the body is no JSON");
        }
    }

    /// <summary>Meta asks once, when the address is entered.</summary>
    private static ReceiptReading Handshake(WhatsAppCloudSettings settings, ReceiptRequest request) =>
        request.Query.GetValueOrDefault("hub.mode") == "subscribe"
        && request.Query.GetValueOrDefault("hub.challenge") is { Length: > 0 and <= LongestChallenge } challenge
        && Same(request.Query.GetValueOrDefault("hub.verify_token") ?? "", settings.VerifyToken)
            ? new ReceiptReading.Challenge(challenge)
            : new ReceiptReading.Refused("the verify token is not the configured one");

    private static bool Same(string given, string expected) => expected.Length > 0
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));

    private static bool IsSigned(WhatsAppCloudSettings settings, ReceiptRequest request)
    {
        if (!request.Headers.TryGetValue("X-Hub-Signature-256", out var header)
            || !header.StartsWith(SignaturePrefix, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (Convert.FromHexString(header.AsSpan(SignaturePrefix.Length), given, out _, out var length) != System.Buffers.OperationStatus.Done || length != given.Length)
            return false;
        var body = request.Body.Span;
        return IsOf(settings.AppSecret, body, given) | IsOf(settings.PreviousAppSecret ?? "", body, given);
    }

    private static bool IsOf(string secret, ReadOnlySpan<byte> body, ReadOnlySpan<byte> given) =>
        secret.Length > 0 && CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body), given);

    /// <summary>What else an app may subscribe to is nobody's business here.</summary>
    private static IEnumerable<JsonElement> Changes(JsonElement body) => VendorJson.Items(body, "entry")
        .SelectMany(entry => VendorJson.Items(entry, "changes"))
        .Where(change => Known(VendorJson.Text(change, "field")) is "messages" or "user_preferences")
        .Select(change => VendorJson.Member(change, "value"))
        .OfType<JsonElement>();

    /// <summary>One that cannot be read is counted and passed over, so that it does not take the rest of its batch with it.</summary>
    private static IEnumerable<Receipt> Statuses(WhatsAppCloudSettings settings, JsonElement value, DateTimeOffset now) =>
        VendorJson.Items(value, "statuses").SelectMany(status => Known(Status(settings, status, now)) ?? []);

    private static IEnumerable<Receipt> Replies(JsonElement value, DateTimeOffset now) => VendorJson.Items(value, "messages").SelectMany(message => Reply(message, now));

    private static T? Known<T>(T? read)
        where T : class
    {
        if (read is null)
            ProviderMetrics.UnreadEvent(WhatsAppCloudType.TypeName);
        return read;
    }

    private static IReadOnlyList<Receipt>? Status(WhatsAppCloudSettings settings, JsonElement status, DateTimeOffset now)
    {
        var name = VendorJson.Text(status, "status");
        ReceiptKind? kind = name switch
        {
            "sent" => ReceiptKind.Sent,
            "delivered" => ReceiptKind.Delivered,
            "read" or "played" => ReceiptKind.Read,
            "failed" => ReceiptKind.Failed,
            _ => null,
        };
        if (kind is null || VendorJson.Text(status, "id") is not { Length: > 0 and <= 200 } id)
            return null;
        var receipt = new Receipt($"{id}:{name}", kind.Value, At(status, now))
        {
            Delivery = Guid.TryParse(VendorJson.Text(status, "biz_opaque_callback_data"), out var delivery) ? new DeliveryId(delivery) : null,
            ProviderMessageId = id,
            Raw = VendorJson.Raw(status),
        };
        return kind == ReceiptKind.Failed ? Explained(settings, receipt, VendorJson.Items(status, "errors").FirstOrDefault()) : [receipt];
    }

    private static IReadOnlyList<Receipt> Explained(WhatsAppCloudSettings settings, Receipt receipt, JsonElement error)
    {
        if (WhatsAppCloudErrors.Code(error) is not { } code)
            return [receipt with { Code = "unknown", Message = "WhatsApp could not deliver it and does not say why", Temporary = true }];
        if (!WhatsAppCloudErrors.IsKnown(code))
            ProviderMetrics.UnknownCode(WhatsAppCloudType.TypeName);
        var (kind, words) = WhatsAppCloudErrors.Of(code);
        var message = WhatsAppCloudErrors.Words(words, error, settings.Secrets);
        var failed = receipt with
        {
            Code = code.ToString(CultureInfo.InvariantCulture),
            Message = message.Length > LongestMessage ? message[..LongestMessage] : message,
            AddressDead = kind == WhatsAppCloudErrors.Class.Dead,
            Temporary = kind is WhatsAppCloudErrors.Class.Temporary or WhatsAppCloudErrors.Class.Waits or WhatsAppCloudErrors.Class.Throttled or WhatsAppCloudErrors.Class.Credentials,
        };
        return kind == WhatsAppCloudErrors.Class.OptedOut
            ? [failed, failed with { DedupeKey = $"{receipt.DedupeKey}:unsubscribed", Kind = ReceiptKind.Unsubscribed, Scope = SuppressionScopes.Marketing }]
            : [failed];
    }

    /// <summary>What people set in WhatsApp itself: whether they want marketing of this business.</summary>
    private static IEnumerable<Receipt> Choices(JsonElement value, DateTimeOffset now)
    {
        foreach (var choice in VendorJson.Items(value, "user_preferences"))
        {
            ReceiptKind? kind = VendorJson.Text(choice, "value") switch { "stop" => ReceiptKind.Unsubscribed, "resume" => ReceiptKind.Resubscribed, _ => null };
            if (kind is null || VendorJson.Text(choice, "category") != "marketing_messages" || VendorJson.Text(choice, "wa_id") is not { Length: > 0 and <= 15 } id || !id.All(char.IsAsciiDigit))
                continue;
            var at = At(choice, now);
            foreach (var number in WhatsAppIds.NumbersOf(id))
                yield return new Receipt($"marketing:{number}:{kind.Value.ToName()}:{at.ToUnixTimeSeconds()}", kind.Value, at) { Address = number, Scope = SuppressionScopes.Marketing };
        }
    }

    /// <summary>
    /// What a recipient wrote matters only where it is the wish to hear no more, or to hear again. WhatsApp's id may be another number than the one that is written to: every spelling of it
    /// counts, and the address of the message that was answered.
    /// </summary>
    private static IEnumerable<Receipt> Reply(JsonElement message, DateTimeOffset now)
    {
        var words = VendorJson.Text(message, "type") switch
        {
            "text" => VendorJson.Text(VendorJson.Member(message, "text"), "body"),
            "button" => VendorJson.Text(VendorJson.Member(message, "button"), "text"),
            "interactive" => VendorJson.Text(VendorJson.Member(VendorJson.Member(message, "interactive"), "button_reply"), "title"),
            _ => null,
        };
        if (OptOutWords.Of(words) is not { } wish || VendorJson.Text(message, "from") is not { Length: > 0 and <= 15 } from || !from.All(char.IsAsciiDigit) || VendorJson.Text(message, "id") is not { Length: > 0 and <= 200 } id)
            yield break;
        var wanted = new Receipt($"{id}:{wish.Kind.ToName()}", wish.Kind, At(message, now)) { Scope = wish.Scope };
        var numbers = WhatsAppIds.NumbersOf(from);
        for (var i = 0; i < numbers.Count; i++)
            yield return wanted with { DedupeKey = i == 0 ? wanted.DedupeKey : $"{wanted.DedupeKey}:{i}", Address = numbers[i] };
        if (wish.Kind != ReceiptKind.AskedForHelp && VendorJson.Text(VendorJson.Member(message, "context"), "id") is { Length: > 0 and <= 200 } answered)
            yield return wanted with { DedupeKey = $"{wanted.DedupeKey}:answered", ProviderMessageId = answered };
    }

    /// <summary>Seconds since 1970, as a text; a time that cannot be is now.</summary>
    private static DateTimeOffset At(JsonElement element, DateTimeOffset now)
    {
        var value = VendorJson.Member(element, "timestamp");
        var text = value is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : VendorJson.Text(value);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 1_000_000_000 and < 100_000_000_000
            && DateTimeOffset.FromUnixTimeSeconds(seconds) is var at && at <= now
                ? at
                : now;
    }
}
