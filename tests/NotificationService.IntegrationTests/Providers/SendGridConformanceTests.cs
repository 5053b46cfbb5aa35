using NotificationService.Channels;
using NotificationService.Providers;
using NotificationService.Providers.SendGrid;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

public sealed class SendGridConformanceTests : VendorConformance, IAsyncLifetime
{
    private const string ApiKey = "SG.a-secret-that-nobody-may-see";

    private FakeHttpProvider? vendor;

    private FakeHttpProvider Vendor => vendor ?? throw new InvalidOperationException("not initialized");

    protected override IProviderType MakeType(EndpointGuard guard) => new SendGridType(guard, new ProviderOptions(), TimeProvider.System);

    protected override ChannelKind Channel => ChannelKind.Email;

    protected override ProviderConfiguration Configuration => At(Vendor.BaseUrl.Host, Vendor.BaseUrl.Port);

    protected override IReadOnlyList<string> Secrets => [ApiKey];

    protected override int Connections => Vendor.Calls.Select(call => call.Connection).Distinct().Count();

    public async ValueTask InitializeAsync() => vendor = await FakeHttpProvider.StartAsync();

    public ValueTask DisposeAsync() => Vendor.DisposeAsync();

    protected override Task<IReadOnlyList<string>> ReachedAsync() =>
        Task.FromResult<IReadOnlyList<string>>([.. Vendor.Calls.Select(call => call.Delivery)]);

    protected override ProviderConfiguration At(string host, int port) => SendGridSetup.Configuration(new Uri($"http://{host}:{port}"), ApiKey);

    protected override void Next(VendorDoes what) => Vendor.Script(what switch
    {
        VendorDoes.Refuse => Error(400, $"no mail for ann@example.com with {ApiKey}"),
        VendorDoes.Defer => Error(503, $"not now, ann@example.com, {ApiKey}"),
        VendorDoes.RefuseCredentials => Error(401, $"the key {ApiKey} of ann@example.com is wrong"),
        VendorDoes.ResetAfterAll => FakeAnswer.Reset,
        VendorDoes.FallSilent => FakeAnswer.Never,
        VendorDoes.TalkNonsense => FakeAnswer.Garbage,
        VendorDoes.DripOrFlood => FakeAnswer.SlowDrip(500),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such deed"),
    });

    private static FakeAnswer Error(int status, string message) => FakeAnswer.Status(status, $$"""{"errors":[{"message":"{{message}}","field":null,"help":null}]}""");
}
