using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Tenants;

namespace NotificationService.IntegrationTests.Providers;

internal static class TwilioSetup
{
    public const string AccountSid = "AC0123456789abcdef0123456789abcdef";
    public const string AuthToken = "a-secret-that-nobody-may-see";

    /// <summary>The value of the Authorization header, which holds both.</summary>
    public static readonly string SignIn = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes($"{AccountSid}:{AuthToken}"));

    public const string From = "+15005550006";

    public static readonly Uri ReceiptUrl = new("https://notify.example.com/webhooks/twilio/01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11");

    public static ProviderConfiguration Configuration(ChannelKind channel, Uri baseUrl, string more = "", string? from = From) => new(
        new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11"), new TenantId(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a12")), channel,
        channel == ChannelKind.WhatsApp ? "twilio_whatsapp" : "twilio", "Twilio",
        new Dictionary<string, string> { ["accountSid"] = AccountSid, ["authToken"] = AuthToken },
        JsonElement.Parse($$"""{{{(from is null ? "" : $"\"from\":\"{from}\",")}}"baseUrl":"{{baseUrl}}"{{more}}}"""))
    {
        ReceiptUrl = ReceiptUrl,
    };
}
