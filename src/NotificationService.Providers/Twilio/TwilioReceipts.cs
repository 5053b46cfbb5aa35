using System.Net;
using System.Net.Http.Headers;
using System.Text;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Recipients;

namespace NotificationService.Providers.Twilio;

/// <summary>What Twilio posts: what became of a message, and what people answer.</summary>
internal static class TwilioReceipts
{
    private const string SignatureHeader = "X-Twilio-Signature";
    private const string NoReply = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response/>";

    /// <summary>Beside the words that are known everywhere: Twilio itself takes a number's STOP back with it.</summary>
    private const string AlsoStart = "YES";

    private static readonly OptOutWish Start = new(ReceiptKind.Resubscribed, SuppressionScopes.All);

    /// <summary>Many times what Twilio sends; a stranger's request must be read before its signature can be checked.</summary>
    private const int LargestBody = 64 * 1024, MaxFields = 500;

    public static ReceiptReading Read(string type, TwilioSettings settings, ReceiptRequest request, DateTimeOffset now)
    {
        if (!request.Headers.TryGetValue(SignatureHeader, out var signature))
            return new ReceiptReading.Refused($"the request has no {SignatureHeader}");
        if (!IsForm(request.ContentType))
            return new ReceiptReading.Malformed("Twilio must report here by POST, as a form");
        if (request.Body.Length > LargestBody || request.Body.Span.Count((byte)'&') >= MaxFields)
            return new ReceiptReading.Malformed("the form is larger than any of Twilio's");
        var form = Form(request.Body.Span);
        if (!TwilioSignature.IsValid(settings.AuthToken, request.PublicUrl, form, signature) && !TwilioSignature.IsValid(settings.PreviousAuthToken ?? "", request.PublicUrl, form, signature))
            return new ReceiptReading.Refused("the signature is not of this account's auth token, or not for this address: check authToken and Notification__PublicUrl");
        var fields = form.DistinctBy(field => field.Key).ToDictionary(field => field.Key, field => field.Value, StringComparer.Ordinal);
        var sid = First(fields, "MessageSid", "SmsSid", "SmsMessageSid");
        if (sid is null or { Length: > 100 })
            return new ReceiptReading.Malformed("there is no MessageSid: Twilio must report here by POST");
        var status = First(fields, "MessageStatus", "SmsStatus");
        return status is null or "received" or "receiving" ? Answered(type, fields, sid, now) : Reported(type, settings, fields, sid, status, request.Query, now);
    }

    private static ReceiptReading.Receipts Reported(
        string type, TwilioSettings settings, Dictionary<string, string> fields, string sid, string status, IReadOnlyDictionary<string, string> query, DateTimeOffset now)
    {
        ReceiptKind? kind = status switch
        {
            // That it is in Twilio's queue is news when Twilio's answer to us was lost.
            "accepted" or "queued" or "sending" or "sent" => ReceiptKind.Sent,
            "delivered" => ReceiptKind.Delivered,
            "read" => ReceiptKind.Read,
            "undelivered" or "failed" or "canceled" => ReceiptKind.Failed,
            _ => null,
        };
        if (kind is null)
        {
            if (status is not ("scheduled" or "partially_delivered"))
                ProviderMetrics.UnreadEvent(type);
            return new ReceiptReading.Receipts([]);
        }

        var receipt = new Receipt($"{sid}:{status}", kind.Value, now)
        {
            Delivery = query.TryGetValue("delivery", out var id) && Guid.TryParseExact(id, "D", out var delivery) ? new DeliveryId(delivery) : null,
            ProviderMessageId = sid,
            Raw = string.Join('&', fields.Select(field => $"{field.Key}={field.Value}")),
        };
        return new ReceiptReading.Receipts(kind == ReceiptKind.Failed ? Failed(type, settings, receipt, fields, status) : [receipt]);
    }

    private static IReadOnlyList<Receipt> Failed(string type, TwilioSettings settings, Receipt receipt, Dictionary<string, string> fields, string status)
    {
        if (status == "canceled")
            return [receipt with { Code = "twilio_canceled", Message = "the message was cancelled at Twilio" }];
        var code = int.TryParse(fields.GetValueOrDefault("ErrorCode"), out var number) && number > 0 ? number : 0;
        var (kind, words) = TwilioErrors.Reported(type, settings, code);
        var failed = receipt with
        {
            Code = code == 0 ? $"twilio_{status}" : $"twilio_{code}",
            Message = words,
            AddressDead = kind == TwilioErrors.Class.Address,
            Temporary = kind is TwilioErrors.Class.Temporary or TwilioErrors.Class.Waits or TwilioErrors.Class.Throttled or TwilioErrors.Class.Credentials,
        };
        return kind == TwilioErrors.Class.Unsubscribed
            ? [failed, failed with { DedupeKey = $"{receipt.DedupeKey}:stop", Kind = ReceiptKind.Unsubscribed }]
            : [failed];
    }

    /// <summary>Somebody wrote to us: of interest only where it is the word that ends or takes up writing to them.</summary>
    private static ReceiptReading.Receipts Answered(string type, Dictionary<string, string> fields, string sid, DateTimeOffset now)
    {
        var from = fields.GetValueOrDefault("From") ?? "";
        var byWhatsApp = from.StartsWith(TwilioSettings.WhatsAppPrefix, StringComparison.Ordinal);
        var address = byWhatsApp ? from[TwilioSettings.WhatsAppPrefix.Length..] : from;
        var said = byWhatsApp == (type == TwilioType.WhatsApp) ? Said(fields) : null; // else it is about another channel of the number
        if (said is null || AddressRules.Phone(address) is not null)
            return new ReceiptReading.Receipts([], NoReply, "text/xml");
        var key = said.Kind switch { ReceiptKind.Unsubscribed => "stop", ReceiptKind.Resubscribed => "start", _ => "help" };
        var numbers = byWhatsApp ? Numbers(address, fields) : [address];
        return new ReceiptReading.Receipts(
            [.. numbers.Select((number, i) => new Receipt(i == 0 ? $"{sid}:{key}" : $"{sid}:{key}:{i}", said.Kind, now) { Address = number, Scope = said.Scope })], NoReply, "text/xml");
    }

    /// <summary>A messaging service knows words in other languages, too, and says in OptOutType what it took the response for.</summary>
    private static OptOutWish? Said(Dictionary<string, string> fields)
    {
        if (fields.GetValueOrDefault("OptOutType") is { Length: > 0 } type)
            return type.ToUpperInvariant() is "STOP" or "START" or "HELP" ? OptOutWords.Of(type) : null;
        var body = fields.GetValueOrDefault("Body") ?? "";
        return body.Trim(' ', '\t', '\r', '\n', '.', '!', '"', '\'').Equals(AlsoStart, StringComparison.OrdinalIgnoreCase) ? Start : OptOutWords.Of(body);
    }

    /// <summary>The number and WhatsApp's id, in every spelling; a stranger's text is no number.</summary>
    private static string[] Numbers(string address, Dictionary<string, string> fields)
    {
        var id = fields.GetValueOrDefault("WaId") is { Length: > 0 and <= 15 } given && given.All(char.IsAsciiDigit) ? given : address[1..];
        return [.. WhatsAppIds.NumbersOf(address[1..]).Concat(WhatsAppIds.NumbersOf(id)).Distinct(StringComparer.Ordinal).Where(number => AddressRules.Phone(number) is null)];
    }

    private static bool IsForm(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && string.Equals(type.MediaType, "application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    private static List<KeyValuePair<string, string>> Form(ReadOnlySpan<byte> body) =>
    [
        .. Encoding.UTF8.GetString(body).Split('&', StringSplitOptions.RemoveEmptyEntries).Select(field => field.Split('=', 2))
            .Select(parts => new KeyValuePair<string, string>(WebUtility.UrlDecode(parts[0]), parts.Length == 2 ? WebUtility.UrlDecode(parts[1]) : "")),
    ];

    private static string? First(Dictionary<string, string> fields, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (fields.TryGetValue(name, out var value) && value.Length > 0)
                return value;
        }

        return null;
    }
}
