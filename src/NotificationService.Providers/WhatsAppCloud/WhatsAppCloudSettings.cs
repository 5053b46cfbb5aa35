using System.Text.RegularExpressions;
using NotificationService.Channels;
using NotificationService.Outbound;

namespace NotificationService.Providers.WhatsAppCloud;

/// <summary>A phone number of the WhatsApp Business Platform as a tenant configured it.</summary>
/// <param name="AppSecret">Meta signs its receipts with it.</param>
/// <param name="PreviousAppSecret">The one before, with which Meta may still sign while it is replaced.</param>
/// <param name="VerifyToken">Meta shows it when it asks whether the receipts' address is ours.</param>
internal sealed partial record WhatsAppCloudSettings(
    string AccessToken, string AppSecret, string? PreviousAppSecret, string VerifyToken, string PhoneNumberId, string ApiVersion, Uri BaseUrl)
{
    private const string Current = "v23.0";
    private static readonly Uri Default = new("https://graph.facebook.com/");

    public Uri Number => new(BaseUrl, $"{ApiVersion}/{PhoneNumberId}");

    public Uri Messages => new(BaseUrl, $"{ApiVersion}/{PhoneNumberId}/messages");

    /// <summary>None may be shown to anybody, if Meta repeats it.</summary>
    public IReadOnlyList<string?> Secrets => [AccessToken, AppSecret, PreviousAppSecret, VerifyToken];

    /// <summary>Secrets stay out of logs and exceptions.</summary>
    public override string ToString() => "WhatsApp settings";

    public static WhatsAppCloudSettings Read(ProviderConfiguration configuration, EndpointGuard guard, out IReadOnlyList<ProviderConfigurationError> errors)
    {
        var reader = new SettingsReader(configuration);
        var settings = Read(reader, guard);
        errors = reader.Errors();
        return settings;
    }

    /// <summary>Every field, whatever the others say: they are what the type is described by.</summary>
    internal static WhatsAppCloudSettings Read(SettingsReader reader, EndpointGuard guard)
    {
        var settings = new WhatsAppCloudSettings(
            reader.RequiredToken("accessToken"),
            reader.RequiredToken("appSecret"),
            reader.OptionalSecret("previousAppSecret"),
            reader.RequiredToken("verifyToken"),
            reader.Text("phoneNumberId", required: true, longest: 30) ?? "",
            reader.Text("apiVersion", longest: 10, otherwise: Current) ?? Current,
            reader.BaseUrl(Default, guard));
        if (settings.PhoneNumberId.Length > 0 && !settings.PhoneNumberId.All(char.IsAsciiDigit))
            reader.Add("/settings/phoneNumberId", "invalid", "must be the id of the phone number from the WhatsApp Manager, digits only; it is not the number itself");
        if (!Version().IsMatch(settings.ApiVersion))
            reader.Add("/settings/apiVersion", "invalid", $"must be a version of the Graph API, such as {Current}");
        return settings;
    }

    [GeneratedRegex(@"^v\d{1,3}\.\d{1,2}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Version();
}
