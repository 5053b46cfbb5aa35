using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Web;

namespace NotificationService.Testing.FakeProviders;

/// <summary>Twilio's API of 2010-04-01: Messages.json, the account, and its numbers.</summary>
/// <param name="accountSid">The one account there is.</param>
/// <param name="authToken">Its token.</param>
public sealed partial class TwilioContract(string accountSid, string authToken) : FakeContract
{
    private static readonly string[] Fields =
    [
        "To", "From", "MessagingServiceSid", "Body", "MediaUrl", "ContentSid", "ContentVariables", "StatusCallback", "ApplicationSid", "MaxPrice", "ProvideFeedback",
        "Attempt", "ValidityPeriod", "ForceDelivery", "ContentRetention", "AddressRetention", "SmartEncoded", "PersistentAction", "TrafficType", "ShortenUrls",
        "ScheduleType", "SendAt", "SendAsMms", "RiskCheck", "FallbackFrom",
    ];

    /// <summary>active, suspended or closed.</summary>
    public string AccountStatus { get; set; } = "active";

    /// <summary>The account's numbers.</summary>
    public IReadOnlyList<string> Numbers { get; set; } = ["+15005550006"];

    public override (string Delivery, int Attempt) IdsOf(FakeCall call)
    {
        var callback = Form(call).Get("StatusCallback");
        var query = HttpUtility.ParseQueryString(callback is not null && Uri.TryCreate(callback, UriKind.Absolute, out var url) ? url.Query : "");
        return (query.Get("delivery") ?? "", int.TryParse(query.Get("attempt"), out var attempt) ? attempt : 0);
    }

    public override FakeResponse? Refusal(FakeCall call)
    {
        if (!SignedIn(call) || !call.Path.EndsWith($"/2010-04-01/Accounts/{accountSid}/Messages.json", StringComparison.Ordinal))
            return Error(401, 20003, "Authenticate");
        if (AccountStatus != "active")
            return Error(403, 20005, "Account not active");
        if (!call.Headers.TryGetValue("Content-Type", out var type) || !type.StartsWith("application/x-www-form-urlencoded", StringComparison.Ordinal))
            return Error(415, 20415, "Unsupported Media Type");
        var form = Form(call);
        return (Broken(form) ?? BrokenSender(form)) is var (code, message) ? Error(400, code, message) : null;
    }

    public override FakeResponse Accept(FakeCall call)
    {
        var form = Form(call);
        return FakeResponse.Status(201, JsonSerializer.Serialize(new
        {
            account_sid = accountSid,
            body = form.Get("Body"),
            sid = Sid(call.Number),
            status = form.Get("MessagingServiceSid") is null ? "queued" : "accepted",
            num_segments = "1",
            error_code = (int?)null,
            to = form.Get("To"),
        }));
    }

    public override FakeResponse Ask(FakeCall call)
    {
        if (!SignedIn(call))
            return Error(401, 20003, "Authenticate");
        if (call.Path.EndsWith($"/Accounts/{accountSid}.json", StringComparison.Ordinal))
            return FakeResponse.Status(200, JsonSerializer.Serialize(new { sid = accountSid, friendly_name = "Orders", status = AccountStatus, type = "Full" }));
        if (!call.Path.EndsWith($"/Accounts/{accountSid}/IncomingPhoneNumbers.json", StringComparison.Ordinal))
            return Error(404, 20404, $"The requested resource {call.Path} was not found");
        var wanted = HttpUtility.ParseQueryString(call.Query).Get("PhoneNumber");
        var found = Numbers.Where(number => number == wanted).Select(number => new { phone_number = number, capabilities = new { sms = true } });
        return FakeResponse.Status(200, JsonSerializer.Serialize(new { incoming_phone_numbers = found }));
    }

    public static FakeResponse Error(int status, int code, string message, params (string Name, string Value)[] headers) => FakeResponse.Status(
        status, JsonSerializer.Serialize(new { code, message, more_info = $"https://www.twilio.com/docs/errors/{code}", status }), headers);

    public static string Sid(int number) => $"SM{number:x32}";

    public static System.Collections.Specialized.NameValueCollection Form(FakeCall call) => HttpUtility.ParseQueryString(call.Body, Encoding.UTF8);

    private bool SignedIn(FakeCall call) => call.Headers.TryGetValue("Authorization", out var header)
        && header == $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{accountSid}:{authToken}"))}";

    /// <summary>The first rule that is broken: Twilio's code and words.</summary>
    private static (int Code, string Message)? Broken(System.Collections.Specialized.NameValueCollection form)
    {
        string? to = form.Get("To"), from = form.Get("From"), service = form.Get("MessagingServiceSid"), body = form.Get("Body"), content = form.Get("ContentSid");
        if (form.AllKeys.FirstOrDefault(key => !Fields.Contains(key)) is { } unknown)
            return (20001, $"Unknown parameter {unknown}");
        if (string.IsNullOrEmpty(to))
            return (21604, "A 'To' phone number is required.");
        if (!Address().IsMatch(to))
            return (21211, $"The 'To' number {to} is not a valid phone number.");
        if (from is null && service is null)
            return (21603, "A 'From' phone number is required.");
        if (from is not null && !Sender().IsMatch(from))
            return (21212, $"The 'From' number {from} is not a valid phone number, shortcode, or alphanumeric sender ID.");
        if (service is not null && !ServiceSid().IsMatch(service))
            return (21705, "The Messaging Service Sid is invalid.");
        if (from is not null && from.StartsWith("whatsapp:", StringComparison.Ordinal) != to.StartsWith("whatsapp:", StringComparison.Ordinal))
            return (21910, "Invalid From and To pair. From and To should be of the same channel.");
        if (string.IsNullOrEmpty(body) && content is null && form.Get("MediaUrl") is null)
            return (21619, "A text message body or media urls must be specified.");
        if (body is { Length: > 1600 })
            return (21617, "The concatenated message body exceeds the 1600 character limit.");
        return BrokenExtras(form, content);
    }

    /// <summary>A name needs no number; a number must be one of the account's.</summary>
    private (int Code, string Message)? BrokenSender(System.Collections.Specialized.NameValueCollection form)
    {
        var from = form.Get("From") ?? "";
        var byWhatsApp = from.StartsWith("whatsapp:", StringComparison.Ordinal);
        if (from.Length == 0 || from.Any(char.IsAsciiLetter) != byWhatsApp || Numbers.Contains(from[(from.IndexOf(':', StringComparison.Ordinal) + 1)..]))
            return null;
        return byWhatsApp
            ? (63007, "Twilio could not find a Channel with the specified From address")
            : (21606, $"The 'From' phone number {from} is not a valid, SMS-capable inbound phone number or short code for your account.");
    }

    /// <summary>Only a messaging service sends later: from 15 minutes to 35 days.</summary>
    private static (int Code, string Message)? BrokenTime(System.Collections.Specialized.NameValueCollection form)
    {
        var (type, at) = (form.Get("ScheduleType"), form.Get("SendAt"));
        if (type is null && at is null)
            return null;
        if (type is not ("fixed" or null))
            return (20001, "Unknown ScheduleType");
        if (form.Get("MessagingServiceSid") is null)
            return (35118, "MessagingServiceSid is required to schedule a message");
        if (type is null || at is null)
            return (35111, "SendAt and ScheduleType must both be given");
        return DateTimeOffset.TryParseExact(at, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            && time - TimeProvider.System.GetUtcNow() is var wait && wait >= TimeSpan.FromMinutes(15) && wait <= TimeSpan.FromDays(35)
            ? null
            : (35114, "Scheduling does not support this timestamp");
    }

    private static (int Code, string Message)? BrokenExtras(System.Collections.Specialized.NameValueCollection form, string? content)
    {
        if (form.GetValues("MediaUrl") is { Length: > 10 })
            return (21623, "Number of media files exceeds allowed limit.");
        if (content is not null && !ContentSid().IsMatch(content))
            return (21655, "The ContentSid is invalid.");
        if (form.Get("ContentVariables") is { } variables && (content is null || Parse(variables) is not { ValueKind: JsonValueKind.Object } map || map.EnumerateObject().Any(one => Text(one.Value) is null)))
            return (21656, "The ContentVariables parameter is invalid.");
        if (form.Get("StatusCallback") is { } callback && (callback.Length > 4_000 || !Uri.TryCreate(callback, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Contains('_', StringComparison.Ordinal)))
            return (21609, "The 'StatusCallback' URL is not valid.");
        if (form.Get("ValidityPeriod") is { } validity && !(int.TryParse(validity, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 36_000))
            return (21624, "The ValidityPeriod parameter is invalid.");
        return BrokenTime(form);
    }

    [GeneratedRegex(@"^(whatsapp:)?\+[1-9]\d{6,14}\z")]
    private static partial Regex Address();

    [GeneratedRegex(@"^((whatsapp:)?\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})\z")]
    private static partial Regex Sender();

    [GeneratedRegex(@"^MG[0-9a-fA-F]{32}\z")]
    private static partial Regex ServiceSid();

    [GeneratedRegex(@"^HX[0-9a-fA-F]{32}\z")]
    private static partial Regex ContentSid();
}
