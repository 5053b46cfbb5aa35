using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.Twilio;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

public sealed class TwilioSmsConformanceTests() : TwilioConformance(ChannelKind.Sms);

public sealed class TwilioWhatsAppConformanceTests() : TwilioConformance(ChannelKind.WhatsApp);

public abstract class TwilioConformance(ChannelKind channel) : HttpVendorConformance
{
    protected override FakeContract Contract => new TwilioContract(TwilioSetup.AccountSid, TwilioSetup.AuthToken);

    protected override ChannelKind Channel => channel;

    protected override int AcceptedStatus => 201;

    protected override bool StatusIsTheAcceptance => true;

    protected override IReadOnlyList<string> Secrets => [TwilioSetup.AuthToken, TwilioSetup.SignIn, TwilioSetup.AccountSid];

    protected override IProviderType MakeType(EndpointGuard guard, ProviderOptions options, TimeProvider clock) => new TwilioType(channel, guard, options, clock);

    protected override ProviderConfiguration At(Uri baseUrl) => TwilioSetup.Configuration(channel, baseUrl);

    protected override FakeResponse Error(VendorDoes what, string words) => what switch
    {
        VendorDoes.Refuse => TwilioContract.Error(400, 21620, words),
        VendorDoes.Defer => TwilioContract.Error(503, 20503, words),
        VendorDoes.Throttle => TwilioContract.Error(429, 20429, words),
        VendorDoes.RefuseCredentials => TwilioContract.Error(401, 20003, words),
        VendorDoes.RefuseAddress => TwilioContract.Error(400, 21211, words),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such deed"),
    };
}
