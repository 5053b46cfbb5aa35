using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers;
using NotificationService.Providers.Fcm;
using NotificationService.Tenants;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.IntegrationTests.Providers;

public sealed class FcmConformanceTests : HttpVendorConformance
{
    private readonly FcmContract contract = new();

    protected override FakeContract Contract => contract;

    protected override ChannelKind Channel => ChannelKind.Push;

    protected override int AcceptedStatus => 200;

    /// <summary>A line of the private key is as bad as the whole of it.</summary>
    protected override IReadOnlyList<string> Secrets => [FcmContract.FirstToken, contract.PrivateKey.Trim(), contract.PrivateKey.Split('\n')[3], contract.PrivateKey.Split('\n')[^2]];

    protected override IProviderType MakeType(EndpointGuard guard, ProviderOptions options, TimeProvider clock) => new FcmType(guard, options, clock);

    protected override ProviderConfiguration At(Uri baseUrl) => FcmSetup.Configuration(contract, baseUrl);

    protected override FakeResponse Error(VendorDoes what, string words) => what switch
    {
        VendorDoes.Refuse => FcmContract.Error(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", words),
        VendorDoes.Defer => FcmContract.Error(503, "UNAVAILABLE", "UNAVAILABLE", words),
        VendorDoes.Throttle => FcmContract.Error(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", words),
        VendorDoes.RefuseCredentials => FcmContract.Error(403, "PERMISSION_DENIED", null, words),
        VendorDoes.RefuseAddress => FcmContract.Error(404, "NOT_FOUND", "UNREGISTERED", words),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "no such deed"),
    };
}

internal static class FcmSetup
{
    public static ProviderConfiguration Configuration(FcmContract contract, Uri baseUrl, string settings = "{}") => new(
        new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a11"), new TenantId(new Guid("01994c1e-7c1e-7b1a-8f67-0d5a2f7c0a12")), ChannelKind.Push, "fcm", "Firebase",
        new Dictionary<string, string> { ["serviceAccountJson"] = contract.ServiceAccountJson(new Uri(baseUrl, "token")) },
        With(JsonElement.Parse(settings), baseUrl));

    private static JsonElement With(JsonElement settings, Uri baseUrl)
    {
        var all = System.Text.Json.Nodes.JsonObject.Create(settings)!;
        all["baseUrl"] = baseUrl.ToString();
        return JsonElement.Parse(all.ToJsonString());
    }
}
