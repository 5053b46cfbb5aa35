using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.SendGrid;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

public sealed class SendGridConformanceTests : HttpVendorConformance
{
    private const string ApiKey = "SG.a-secret-that-nobody-may-see";

    protected override FakeContract Contract => new SendGridContract(ApiKey);

    protected override ChannelKind Channel => ChannelKind.Email;

    protected override int AcceptedStatus => 202;

    protected override IReadOnlyList<string> Secrets => [ApiKey];

    protected override bool StatusIsTheAcceptance => true;

    protected override IProviderType MakeType(EndpointGuard guard, ProviderOptions options, TimeProvider clock) => new SendGridType(guard, options, clock);

    protected override ProviderConfiguration At(Uri baseUrl) => SendGridSetup.Configuration(baseUrl, ApiKey);

    protected override FakeResponse Error(VendorDoes what, string words) => what switch
    {
        VendorDoes.Refuse => SendGridContract.Error(400, words, "subject"),
        VendorDoes.Defer => SendGridContract.Error(503, words, null),
        VendorDoes.Throttle => SendGridContract.Error(429, words, null),
        VendorDoes.RefuseCredentials => SendGridContract.Error(401, words, null),
        VendorDoes.RefuseAddress => SendGridContract.Error(400, $"Does not contain a valid address. {words}", "personalizations.0.to.0.email"),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such deed"),
    };
}
