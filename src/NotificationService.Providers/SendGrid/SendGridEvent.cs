using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Recipients;

namespace NotificationService.Providers.SendGrid;

/// <summary>One event of SendGrid's as a receipt.</summary>
internal static class SendGridEvent
{
    private const int LongestUrl = 2_000;

    /// <summary>16 bytes in base64url.</summary>
    private const int LengthOfId = 22;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Reasons for which SendGrid drops a message because of its address, which it would do again.</summary>
    private static readonly string[] DeadReasons = ["Bounced Address", "Invalid"];

    /// <summary>Empty for what is no event of a message, or of a kind that SendGrid made up since.</summary>
    public static IReadOnlyList<Receipt> Of(JsonElement item, DateTimeOffset now) => Text(item, "event") switch
    {
        null => [],
        "dropped" => Dropped(item, Base(item, now)),
        var name when Other(item, name, now) is { } receipt => [receipt],
        _ => [],
    };

    private static Receipt Base(JsonElement item, DateTimeOffset now) => new(Key(item), ReceiptKind.Sent, At(item, now))
    {
        Delivery = Guid.TryParseExact(Text(item, "delivery_id"), "D", out var delivery) ? new DeliveryId(delivery) : null,
        ProviderMessageId = MessageId(Text(item, "sg_message_id")),
        Raw = VendorJson.Raw(item),
    };

    private static Receipt? Other(JsonElement item, string name, DateTimeOffset now)
    {
        var receipt = Base(item, now);
        var ofAddress = receipt with { Address = Text(item, "email") };
        return name switch
        {
            "processed" => receipt,
            "delivered" => receipt with { Kind = ReceiptKind.Delivered },
            "deferred" => receipt with { Kind = ReceiptKind.Deferred, Code = "sendgrid_deferred", Message = Words(item, "response", "SendGrid keeps trying") },
            "bounce" when Text(item, "type") == "bounce" => ofAddress with
            {
                Kind = ReceiptKind.Bounced,
                Code = "sendgrid_bounced",
                Message = Words(item, "reason", "the address does not exist or takes no mail"),
                AddressDead = true,
            },
            // The recipient's side refused the message for what it thinks of us or of the moment: the address is not at fault.
            "bounce" => receipt with
            {
                Kind = ReceiptKind.Failed,
                Code = "sendgrid_blocked",
                Message = Words(item, "reason", "the recipient's server refused the message"),
                Temporary = true,
            },
            "spamreport" => ofAddress with { Kind = ReceiptKind.Complained, Code = "sendgrid_spamreport" },
            "unsubscribe" => ofAddress with { Kind = ReceiptKind.Unsubscribed, Code = "sendgrid_unsubscribe" },
            "group_unsubscribe" => ofAddress with { Kind = ReceiptKind.Unsubscribed, Code = "sendgrid_group_unsubscribe", Scope = Group(item) },
            "group_resubscribe" => ofAddress with { Kind = ReceiptKind.Resubscribed, Code = "sendgrid_group_resubscribe", Scope = Group(item) },
            "open" => receipt with { Kind = ReceiptKind.Opened, Code = IsTrue(item, "sg_machine_open") ? "sendgrid_machine_open" : null },
            "click" => receipt with { Kind = ReceiptKind.Clicked, Url = Text(item, "url") is { } url ? url[..Math.Min(url.Length, LongestUrl)] : null },
            _ => null,
        };
    }

    /// <summary>Who unsubscribed or complained before, at SendGrid and perhaps without our knowledge, has still done so; only this message has failed.</summary>
    private static IReadOnlyList<Receipt> Dropped(JsonElement item, Receipt receipt)
    {
        var (reason, address) = (Text(item, "reason") ?? "", Text(item, "email"));
        var dead = DeadReasons.Contains(reason);
        var failed = receipt with
        {
            Kind = ReceiptKind.Failed,
            Code = "sendgrid_dropped",
            Message = Words(item, "reason", "SendGrid dropped the message"),
            AddressDead = dead,
            Address = dead ? address : null,
        };
        return reason switch
        {
            "Unsubscribed Address" => [failed, receipt with { DedupeKey = $"{receipt.DedupeKey}:unsubscribed", Kind = ReceiptKind.Unsubscribed, Code = "sendgrid_dropped", Address = address }],
            "Spam Reporting Address" => [failed, receipt with { DedupeKey = $"{receipt.DedupeKey}:spamreport", Kind = ReceiptKind.Complained, Code = "sendgrid_dropped", Address = address }],
            _ => [failed],
        };
    }

    /// <summary>Some old events have no id; then their own bytes are one.</summary>
    private static string Key(JsonElement item) => Text(item, "sg_event_id") is { Length: > 0 and <= 200 } id
        ? id
        : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(VendorJson.Raw(item))));

    /// <summary>
    /// What X-Message-Id said when the message was taken: SendGrid adds a dot and which of its machines handled it. The ids of
    /// today have no dot of their own; those of long ago had, and end where a machine's name begins.
    /// </summary>
    private static string? MessageId(string? id)
    {
        if (string.IsNullOrEmpty(id))
            return null;
        if (id.IndexOf('.', StringComparison.Ordinal) is LengthOfId && id.AsSpan(0, LengthOfId).IndexOfAnyExcept(IdCharacters) < 0)
            return id[..LengthOfId];
        foreach (var machine in (ReadOnlySpan<string>)[".recvd", ".filter"])
        {
            if (id.IndexOf(machine, StringComparison.Ordinal) is > 0 and var at)
                return id[..at];
        }

        return id;
    }

    private static DateTimeOffset At(JsonElement item, DateTimeOffset now) =>
        VendorJson.Member(item, "timestamp") is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var seconds) && seconds is > 0 and < 100_000_000_000
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : now;

    private static string Words(JsonElement item, string field, string ours)
    {
        var theirs = VendorText.Clean(Text(item, field) ?? "");
        return theirs.Length == 0 ? ours : $"{ours}: {theirs}";
    }

    /// <summary>SendGrid writes the group's number as one, and once wrote it as a text.</summary>
    private static string Group(JsonElement item) => SuppressionScopes.OfGroup(
        VendorJson.Member(item, "asm_group_id") is { ValueKind: JsonValueKind.Number } number ? number.GetRawText() : Text(item, "asm_group_id"));

    private static bool IsTrue(JsonElement item, string name) => VendorJson.Member(item, name) is { ValueKind: JsonValueKind.True };

    private static string? Text(JsonElement item, string name) => VendorJson.Text(item, name);
}
