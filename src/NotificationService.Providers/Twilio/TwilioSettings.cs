using System.Text;
using System.Text.RegularExpressions;
using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.Providers.Twilio;

/// <summary>A Twilio account as a tenant configured it.</summary>
/// <param name="PreviousAuthToken">The one before, with which Twilio may still sign while it is replaced.</param>
/// <param name="From">As Twilio takes it: a number, a short code, a name, or <c>whatsapp:+…</c>. Null where a messaging service chooses.</param>
/// <param name="MaxSegments">A text message of more is refused rather than paid for.</param>
/// <param name="StatusCallback">Where Twilio shall report to, without the query that names the delivery; null when nobody could be reached there.</param>
internal sealed partial record TwilioSettings(
    string AccountSid, string AuthToken, string? PreviousAuthToken, string? From, string? MessagingServiceSid, int MaxSegments, Uri BaseUrl, Uri? StatusCallback)
{
    public const string WhatsAppPrefix = "whatsapp:";

    private const string Scheme = "Basic ";
    private static readonly Uri Default = new("https://api.twilio.com/");

    public Uri AccountUrl(string resource) => new(BaseUrl, $"2010-04-01/Accounts/{AccountSid}{resource}");

    public string Authorization => $"{Scheme}{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{AccountSid}:{AuthToken}"))}";

    /// <summary>What Twilio receives of us, and must not be shown to anybody if it repeats it; the two together as they are sent.</summary>
    public IReadOnlyList<string?> Secrets => [AuthToken, PreviousAuthToken, AccountSid, Authorization[Scheme.Length..]];

    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => "Twilio settings";

    public static TwilioSettings Read(ProviderConfiguration configuration, ChannelKind channel, EndpointGuard guard, out IReadOnlyList<ProviderConfigurationError> errors)
    {
        var reader = new SettingsReader(configuration);
        var settings = Read(reader, channel, guard);
        errors = reader.Errors();
        return settings;
    }

    /// <summary>Every field, whatever the others say: they are what the type is described by.</summary>
    internal static TwilioSettings Read(SettingsReader reader, ChannelKind channel, EndpointGuard guard)
    {
        var sid = reader.RequiredToken("accountSid");
        if (sid.Length > 0 && !Account().IsMatch(sid))
            reader.Add("/credentials/accountSid", "invalid", "must be AC and 32 hexadecimal digits, as Twilio's console shows it");
        var token = reader.RequiredToken("authToken");
        var previous = reader.OptionalSecret("previousAuthToken");
        var from = Sender(reader, channel);
        var service = reader.Text("messagingServiceSid");
        if (service is not null && !Service().IsMatch(service))
            reader.Add("/settings/messagingServiceSid", "invalid", "must be MG and 32 hexadecimal digits, as Twilio's console shows it");
        if (from is not null && service is not null)
            reader.Add("/settings/messagingServiceSid", "conflict", "must not stand beside from: the service chooses the sender");
        else if (from is null && service is null && !reader.Has("from"))
            reader.Add("/settings/from", "required", "is required, or a messagingServiceSid instead of it");
        var maxSegments = channel == ChannelKind.Sms ? reader.Number("maxSegments", 10, 1, 10) : 10;
        var baseUrl = reader.BaseUrl(Default, guard);
        return new TwilioSettings(sid, token, previous, from, service, maxSegments, baseUrl, Callback(reader.Configuration.ReceiptUrl, baseUrl));
    }

    private static string? Sender(SettingsReader reader, ChannelKind channel)
    {
        var from = reader.Text("from");
        if (from is null)
            return null;
        if (channel == ChannelKind.Sms)
        {
            if (SmsSender().IsMatch(from))
                return from;
            reader.Add("/settings/from", "invalid", "must be a number such as +14155550100, a short code, or a name of at most 11 letters, digits and spaces");
            return null;
        }

        var number = from.StartsWith(WhatsAppPrefix, StringComparison.Ordinal) ? from[WhatsAppPrefix.Length..] : from;
        if (Number().IsMatch(number))
            return WhatsAppPrefix + number;
        reader.Add("/settings/from", "invalid", "must be the WhatsApp sender's number, such as +14155550100");
        return null;
    }

    /// <summary>Twilio refuses the whole message for a callback that it cannot reach: a host with an underscore, or its own machine.</summary>
    private static Uri? Callback(Uri? receiptUrl, Uri baseUrl) =>
        receiptUrl is null || receiptUrl.Host.Contains('_', StringComparison.Ordinal) || (receiptUrl.IsLoopback && baseUrl == Default) ? null : receiptUrl;

    [GeneratedRegex(@"^AC[0-9a-fA-F]{32}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Account();

    [GeneratedRegex(@"^MG[0-9a-fA-F]{32}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Service();

    [GeneratedRegex(@"^\+[1-9][0-9]{6,14}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Number();

    [GeneratedRegex(@"^(\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.{0,10}[A-Za-z])[A-Za-z0-9 ]{1,11})\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SmsSender();
}
