using System.Text.Json;
using System.Text.RegularExpressions;

namespace NotificationService.Testing.FakeProviders;

/// <summary>Meta's WhatsApp Cloud API: messages of one phone number, and the number itself.</summary>
/// <param name="phoneNumberId">The one number there is.</param>
/// <param name="accessToken">The one token that may use it.</param>
public sealed partial class WhatsAppContract(string phoneNumberId, string accessToken) : FakeContract
{
    private static readonly string[] MessageFields = ["messaging_product", "recipient_type", "to", "type", "text", "template", "context", "biz_opaque_callback_data"];

    /// <summary>The parameters that each approved template's body has, by name.</summary>
    public IReadOnlyDictionary<string, int> Templates { get; init; } = new Dictionary<string, int> { ["order_shipped"] = 2 };

    /// <summary>Numbers that have not written within 24 hours: they take templates only.</summary>
    public IReadOnlyList<string> OutsideTheWindow { get; init; } = [];

    public override (string Delivery, int Attempt) IdsOf(FakeCall call) => (Text(Get(Parse(call.Body), "biz_opaque_callback_data")) ?? "", 0);

    public override FakeResponse? Refusal(FakeCall call)
    {
        if (!Path().IsMatch(call.Path) || !call.Path.EndsWith($"/{phoneNumberId}/messages", StringComparison.Ordinal))
            return Error(400, 100, "Unsupported post request. Object does not exist", 33);
        if (!IsSignedIn(call))
            return Error(401, 190, "Error validating access token");
        if (!call.Headers.TryGetValue("Content-Type", out var type) || !type.StartsWith("application/json", StringComparison.Ordinal) || Parse(call.Body) is not { ValueKind: JsonValueKind.Object } message)
            return Error(400, 100, "The body is no JSON");
        return Broken(message) is var (code, words) ? Error(400, code, words) : null;
    }

    public override FakeResponse Accept(FakeCall call)
    {
        var message = Parse(call.Body);
        var to = Text(Get(message, "to")) ?? "";
        if (Text(Get(message, "type")) == "text" && OutsideTheWindow.Contains(to))
            return Error(400, 131047, "Re-engagement message", details: "Message failed to send because more than 24 hours have passed since the customer last replied to this number.");
        if (Get(message, "template") is { } template && BrokenTemplate(template) is var (code, words))
            return Error(code == 132001 ? 404 : 400, code, words);
        return FakeResponse.Status(200, JsonSerializer.Serialize(new
        {
            messaging_product = "whatsapp",
            contacts = new[] { new { input = to, wa_id = to } },
            messages = new[] { new { id = Id(call.Number) } },
        }));
    }

    public override FakeResponse Ask(FakeCall call)
    {
        if (!IsSignedIn(call))
            return Error(401, 190, "Error validating access token: Session has expired");
        return call.Path.EndsWith($"/{phoneNumberId}", StringComparison.Ordinal)
            ? FakeResponse.Status(200, JsonSerializer.Serialize(new { id = phoneNumberId, display_phone_number = "+1 415-555-0199", verified_name = "Shop", quality_rating = "GREEN" }))
            : Error(400, 100, "Unsupported get request. Object does not exist", 33);
    }

    public static string Id(int number) => $"wamid.HBgLMTQxNTU1NTAxMDAVAgARGBI{number:D8}AA==";

    public static FakeResponse Error(int status, int code, string message, int? subcode = null, string? details = null) => FakeResponse.Status(
        status,
        JsonSerializer.Serialize(new
        {
            error = new
            {
                message = $"(#{code}) {message}",
                type = "OAuthException",
                code,
                error_subcode = subcode,
                error_data = details is null ? null : new { messaging_product = "whatsapp", details },
                fbtrace_id = "A1b2C3",
            },
        }));

    private bool IsSignedIn(FakeCall call) => call.Headers.TryGetValue("Authorization", out var header) && header == $"Bearer {accessToken}";

    /// <summary>The first rule of form that is broken: Meta's code and words.</summary>
    private static (int Code, string Words)? Broken(JsonElement message)
    {
        if (message.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !MessageFields.Contains(name)) is { } unknown)
            return (100, $"Unexpected key \"{unknown}\" on param");
        if (Text(Get(message, "messaging_product")) != "whatsapp")
            return (100, "The parameter messaging_product is required.");
        if (Text(Get(message, "recipient_type")) != "individual")
            return (100, "Param recipient_type must be one of {INDIVIDUAL}");
        if (Text(Get(message, "to")) is not { } to || !Number().IsMatch(to))
            return (131009, "Parameter value is not valid: to");
        if (Get(message, "biz_opaque_callback_data") is { } echo && (Text(echo) is not { } text || text.Length > 512))
            return (100, "Param biz_opaque_callback_data must be at most 512 characters long");
        return Text(Get(message, "type")) switch
        {
            "text" => Get(message, "template") is null && Text(Get(Get(message, "text"), "body")) is { Length: > 0 and <= 4096 } ? null : (100, "Param text['body'] must be at most 4096 characters long."),
            "template" => Get(message, "text") is null ? BrokenForm(Get(message, "template")) : (100, "Unexpected key \"text\" on param"),
            _ => (100, "Param type must be one of {TEXT, TEMPLATE}"),
        };
    }

    private static (int Code, string Words)? BrokenForm(JsonElement? template)
    {
        if (Text(Get(template, "name")) is not { } name || !Name().IsMatch(name))
            return (100, "Param template['name'] is not valid");
        if (Text(Get(Get(template, "language"), "code")) is null || Text(Get(Get(template, "language"), "policy")) != "deterministic")
            return (131008, "Required parameter is missing: language");
        foreach (var component in Items(Get(template, "components")))
        {
            var type = Text(Get(component, "type"));
            if (type is not ("header" or "body" or "button"))
                return (100, "Param template['components'][0]['type'] must be one of {HEADER, BODY, BUTTON}");
            if (type == "button" && BrokenButton(component) is { } button)
                return button;
            if (type != "button" && Items(Get(component, "parameters")).Any(parameter => Text(Get(parameter, "type")) == "payload"))
                return (131009, "Parameter value is not valid: type");
            if (type == "body" && Items(Get(component, "parameters")).Any(parameter => Text(Get(parameter, "type")) is not ("text" or "currency" or "date_time")))
                return (131009, "Parameter value is not valid: type");
            if (Items(Get(component, "parameters")).Select(BrokenParameter).FirstOrDefault(broken => broken is not null) is { } found)
                return found;
        }

        return null;
    }

    /// <summary>A quick reply has a payload, a link the end of its address.</summary>
    private static (int Code, string Words)? BrokenButton(JsonElement button)
    {
        var wanted = Text(Get(button, "sub_type")) switch { "quick_reply" => "payload", "url" => "text", "catalog" => "action", _ => null };
        if (wanted is null || !Index().IsMatch(Text(Get(button, "index")) ?? ""))
            return (131008, "Required parameter is missing: sub_type, index");
        return Items(Get(button, "parameters")).ToList() is { Count: 1 } only && Text(Get(only[0], "type")) == wanted
            ? null
            : (131009, $"Parameter value is not valid: a button of this type has one parameter of the type {wanted}");
    }

    private static (int Code, string Words)? BrokenParameter(JsonElement parameter) => Text(Get(parameter, "type")) switch
    {
        "text" => BrokenText(Text(Get(parameter, "text"))),
        "payload" => Text(Get(parameter, "payload")) is { Length: > 0 and <= 256 } ? null : (131008, "Required parameter is missing: payload"),
        "currency" => BrokenCurrency(Get(parameter, "currency")),
        "date_time" => Text(Get(Get(parameter, "date_time"), "fallback_value")) is { Length: > 0 } ? null : (131008, "Required parameter is missing: fallback_value"),
        "image" or "video" or "document" => BrokenMedium(Get(parameter, Text(Get(parameter, "type"))!)),
        "action" => null,
        _ => (131009, "Parameter value is not valid: type"),
    };

    private static (int Code, string Words)? BrokenText(string? text) => text is not { Length: > 0 }
        ? (131008, "Required parameter is missing: text")
        : Spaces().IsMatch(text) ? (132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces") : null;

    private static (int Code, string Words)? BrokenCurrency(JsonElement? currency)
    {
        if (Text(Get(currency, "fallback_value")) is not { Length: > 0 } || !CurrencyCode().IsMatch(Text(Get(currency, "code")) ?? ""))
            return (131008, "Required parameter is missing: fallback_value, code");
        return Get(currency, "amount_1000") is { ValueKind: JsonValueKind.Number } amount && amount.TryGetInt64(out _) ? null : (131009, "amount_1000 must be an integer");
    }

    /// <summary>By the id it was uploaded under, or by an address that Meta can fetch.</summary>
    private static (int Code, string Words)? BrokenMedium(JsonElement? medium)
    {
        var (id, link) = (Text(Get(medium, "id")), Text(Get(medium, "link")));
        return id is { Length: > 0 } != (Uri.TryCreate(link, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") ? null : (131009, "Parameter value is not valid: id or link");
    }

    /// <summary>What only who approved the template knows.</summary>
    private (int Code, string Words)? BrokenTemplate(JsonElement template)
    {
        if (!Templates.TryGetValue(Text(Get(template, "name")) ?? "", out var parameters))
            return (132001, "Template name does not exist in the translation");
        var given = Items(Get(template, "components")).Where(component => Text(Get(component, "type")) == "body").Sum(component => Items(Get(component, "parameters")).Count());
        return given == parameters ? null : (132000, $"Number of parameters does not match the expected number of params: {parameters}");
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement? list) => list is { ValueKind: JsonValueKind.Array } found ? found.EnumerateArray() : default;

    [GeneratedRegex(@"/v\d+\.\d+/\d+/messages\z")]
    private static partial Regex Path();

    [GeneratedRegex(@"^\+?[1-9]\d{6,14}\z")]
    private static partial Regex Number();

    [GeneratedRegex(@"^[a-z0-9_]{1,512}\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\d{1,2}\z")]
    private static partial Regex Index();

    [GeneratedRegex(@"^[A-Z]{3}\z")]
    private static partial Regex CurrencyCode();

    [GeneratedRegex(@"[\r\n\t]| {5}")]
    private static partial Regex Spaces();
}
