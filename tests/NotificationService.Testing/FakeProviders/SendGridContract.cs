using System.Text;
using System.Text.Json;

namespace NotificationService.Testing.FakeProviders;

/// <summary>SendGrid's v3 API: POST /v3/mail/send and GET /v3/scopes.</summary>
/// <param name="apiKey">The one key there is.</param>
public sealed class SendGridContract(string apiKey = SendGridContract.TestKey) : FakeContract
{
    public const string TestKey = "SG.test";

    private const int LargestMessage = 30_000_000;
    private const int MaxRecipients = 1_000;

    private static readonly string[] Fields =
    [
        "personalizations", "from", "reply_to", "reply_to_list", "subject", "content", "attachments", "template_id", "headers", "categories",
        "custom_args", "send_at", "batch_id", "asm", "ip_pool_name", "mail_settings", "tracking_settings",
    ];

    private static readonly string[] PersonalizationFields =
        ["from", "to", "cc", "bcc", "subject", "headers", "substitutions", "dynamic_template_data", "custom_args", "send_at"];

    private static readonly string[] ReservedHeaders =
        ["x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to", "from", "subject", "reply-to", "cc", "bcc"];

    /// <summary>What the key may do.</summary>
    public IReadOnlyList<string> Scopes { get; set; } = ["mail.send"];

    public override (string Delivery, int Attempt) IdsOf(FakeCall call)
    {
        var arguments = Get(First(Get(Parse(call.Body), "personalizations")), "custom_args");
        return (Text(Get(arguments, "delivery_id")) ?? "", int.TryParse(Text(Get(arguments, "attempt")), out var attempt) ? attempt : 0);
    }

    public override FakeResponse? Refusal(FakeCall call)
    {
        if (Unauthorized(call) is { } unauthorized)
            return unauthorized;
        if (!call.Path.EndsWith("/v3/mail/send", StringComparison.Ordinal))
            return Error(404, "not found", null);
        if (Encoding.UTF8.GetByteCount(call.Body) > LargestMessage)
            return Error(413, "The message is too large.", null);
        return Broken(call) is var (field, message) ? Error(400, message, field) : null;
    }

    public override FakeResponse Accept(FakeCall call) => FakeResponse.Status(202, "", ("X-Message-Id", $"fake-{call.Number}"));

    public override FakeResponse Ask(FakeCall call)
    {
        if (!call.Path.EndsWith("/v3/scopes", StringComparison.Ordinal) || call.Path.Contains("/v3/v3/", StringComparison.Ordinal))
            return Error(404, "not found", null);
        return Unauthorized(call) ?? FakeResponse.Status(200, JsonSerializer.Serialize(new { scopes = Scopes }));
    }

    public static FakeResponse Error(int status, string message, string? field, params (string Name, string Value)[] headers) =>
        FakeResponse.Status(status, JsonSerializer.Serialize(new { errors = new[] { new { message, field, help = (string?)null } } }), headers);

    private FakeResponse? Unauthorized(FakeCall call) => call.Headers.TryGetValue("Authorization", out var key) && key == $"Bearer {apiKey}"
        ? null
        : Error(401, "The provided authorization grant is invalid, expired, or revoked", null);

    /// <summary>The first rule that is broken: the field, and what is wrong with it.</summary>
    private static (string Field, string Message)? Broken(FakeCall call)
    {
        if (!call.Headers.TryGetValue("Content-Type", out var type) || !type.StartsWith("application/json", StringComparison.Ordinal) || Parse(call.Body) is not { ValueKind: JsonValueKind.Object } mail)
            return ("", "Bad Request: the body is no JSON");
        if (Unknown(mail, Fields) is { } unknown)
            return (unknown, "Invalid property");
        if (Items(Get(mail, "personalizations")) is not { Count: > 0 and <= 1000 } people)
            return ("personalizations", "The personalizations field is required and must have at least one personalization.");
        if (people.Sum(person => Recipients(person).Count) > MaxRecipients)
            return ("personalizations", "There are at most 1000 recipients in a request.");
        if (!IsMailbox(Get(mail, "from")))
            return ("from.email", "The from object must be provided for every email send.");
        foreach (var person in people)
        {
            if (BrokenIn(person, Get(mail, "subject")) is { } broken)
                return broken;
        }

        return BrokenContent(mail) ?? BrokenExtras(mail);
    }

    private static (string Field, string Message)? BrokenIn(JsonElement person, JsonElement? subject)
    {
        if (Unknown(person, PersonalizationFields) is { } unknown)
            return ($"personalizations.0.{unknown}", "Invalid property");
        var to = Items(Get(person, "to"));
        var everybody = Recipients(person);
        if (to is not { Count: > 0 } || !everybody.TrueForAll(one => IsMailbox(one)))
            return ("personalizations.0.to", "The to array is required for all personalization objects, and must have at least one email object with a valid email address.");
        if (everybody.DistinctBy(one => Text(Get(one, "email")), StringComparer.OrdinalIgnoreCase).Count() != everybody.Count)
            return ("personalizations.0", "Each email address in the personalization block should be unique between to, cc, and bcc.");
        if (string.IsNullOrEmpty(Text(Get(person, "subject")) ?? Text(subject)))
            return ("subject", "The subject is required.");
        if (Get(person, "custom_args") is { } arguments && (Encoding.UTF8.GetByteCount(arguments.GetRawText()) > 10_000 || !AreTexts(arguments)))
            return ("personalizations.0.custom_args", "The custom args must be strings and not exceed 10000 bytes.");
        return BrokenHeaders(Get(person, "headers"));
    }

    private static (string Field, string Message)? BrokenContent(JsonElement mail)
    {
        if (Items(Get(mail, "content")) is not { Count: > 0 } parts)
            return ("content", "Unless a valid template_id is provided, the content parameter is required.");
        var types = parts.ConvertAll(part => Text(Get(part, "type")));
        if (types.Contains(null) || parts.Exists(part => string.IsNullOrEmpty(Text(Get(part, "value")))))
            return ("content.0.value", "The content value must be a string at least one character in length.");
        var rank = types.ConvertAll(type => type switch { "text/plain" => 0, "text/html" => 1, _ => 2 });
        return rank.SequenceEqual(rank.Order()) && types.Distinct().Count() == types.Count ? null : ("content", "If present, text/plain and text/html may only be provided once, and in that order.");
    }

    private static (string Field, string Message)? BrokenExtras(JsonElement mail)
    {
        if (Get(mail, "reply_to") is { } replyTo && (!IsMailbox(replyTo) || Get(mail, "reply_to_list") is not null))
            return ("reply_to", "The reply_to must be one mailbox, and not stand beside a reply_to_list.");
        if (Get(mail, "categories") is { } categories)
        {
            var names = Items(categories)?.ConvertAll(name => Text(name));
            if (names is null || names.Count > 10 || names.Distinct().Count() != names.Count || names.Exists(name => name is null or { Length: > 255 }))
                return ("categories", "There are at most 10 categories, unique, of at most 255 characters.");
        }

        return BrokenHeaders(Get(mail, "headers"));
    }

    private static (string Field, string Message)? BrokenHeaders(JsonElement? headers)
    {
        if (headers is null)
            return null;
        if (headers.Value.ValueKind != JsonValueKind.Object || !AreTexts(headers.Value))
            return ("headers", "The headers must be an object of strings.");
        return headers.Value.EnumerateObject().Any(header => ReservedHeaders.Contains(header.Name.ToLowerInvariant()))
            ? ("headers", "The header is reserved.")
            : null;
    }

    private static List<JsonElement> Recipients(JsonElement person) => [.. Items(Get(person, "to")) ?? [], .. Items(Get(person, "cc")) ?? [], .. Items(Get(person, "bcc")) ?? []];

    private static bool AreTexts(JsonElement map) => map.EnumerateObject().All(property => property.Value.ValueKind == JsonValueKind.String);

    private static string? Unknown(JsonElement map, string[] known) => map.ValueKind != JsonValueKind.Object
        ? "?"
        : map.EnumerateObject().Select(property => property.Name).FirstOrDefault(name => !known.Contains(name));

    private static bool IsMailbox(JsonElement? mailbox) => Text(Get(mailbox, "email")) is { } email && email.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < email.Length - 1
        && Unknown(mailbox!.Value, ["email", "name"]) is null;

    private static List<JsonElement>? Items(JsonElement? list) => list is { ValueKind: JsonValueKind.Array } found ? [.. found.EnumerateArray()] : null;

    private static JsonElement? First(JsonElement? list) => Items(list) is [var first, ..] ? first : null;
}
