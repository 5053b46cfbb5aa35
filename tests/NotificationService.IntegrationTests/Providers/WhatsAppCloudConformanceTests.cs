using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.WhatsAppCloud;
using NotificationService.Tenants;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

public sealed class WhatsAppCloudConformanceTests : HttpVendorConformance
{
    protected override FakeContract Contract => new WhatsAppContract(WhatsAppSetup.PhoneNumberId, WhatsAppSetup.AccessToken);

    protected override ChannelKind Channel => ChannelKind.WhatsApp;

    protected override int AcceptedStatus => 200;

    protected override IReadOnlyList<string> Secrets => [WhatsAppSetup.AccessToken, WhatsAppSetup.AppSecret, WhatsAppSetup.VerifyToken];

    protected override IProviderType MakeType(EndpointGuard guard, ProviderOptions options, TimeProvider clock) => new WhatsAppCloudType(guard, options, clock);

    protected override ProviderConfiguration At(Uri baseUrl) => WhatsAppSetup.Configuration(baseUrl);

    protected override FakeResponse Error(VendorDoes what, string words) => what switch
    {
        VendorDoes.Refuse => WhatsAppContract.Error(400, 132012, words),
        VendorDoes.Defer => WhatsAppContract.Error(500, 131000, words),
        VendorDoes.Throttle => WhatsAppContract.Error(400, 130429, words),
        VendorDoes.RefuseCredentials => WhatsAppContract.Error(401, 190, words),
        VendorDoes.RefuseAddress => WhatsAppContract.Error(400, 131026, words),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such deed"),
    };
}

internal static class WhatsAppSetup
{
    public const string PhoneNumberId = "106540352242922";
    public const string AccessToken = "EAAB-a-token-that-nobody-may-see";
    public const string AppSecret = "0123456789abcdef0123456789abcdef";
    public const string VerifyToken = "my-verify-token";

    public static ProviderConfiguration Configuration(Uri baseUrl, string accessToken = AccessToken, string phoneNumberId = PhoneNumberId) => new(
        new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11"), new TenantId(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a12")), ChannelKind.WhatsApp, "whatsapp_cloud", "WhatsApp",
        new Dictionary<string, string> { ["accessToken"] = accessToken, ["appSecret"] = AppSecret, ["verifyToken"] = VerifyToken },
        JsonElement.Parse($$"""{"phoneNumberId":"{{phoneNumberId}}","apiVersion":"v23.0","baseUrl":"{{baseUrl}}"}"""));
}
