using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Channels;
using NotificationService.Host;
using NotificationService.Host.Configuration;
using NotificationService.Tenants;
using NotificationService.Testing.FakeProviders;

namespace NotificationService.Testing.Deliveries;

/// <summary>A worker in this process: every module as in the service, none of the API. Fast leases and polls unless a test says otherwise.</summary>
public sealed class WorkerHost : IAsyncDisposable
{
    private readonly IHost host;

    private WorkerHost(IHost host) => this.host = host;

    public IServiceProvider Services => host.Services;

    /// <summary>Built and not yet working, so that a test can arrange what it finds.</summary>
    public static WorkerHost Create(string connectionString, params (string Name, string Value)[] settings) => CreateWith(connectionString, static (_, _) => { }, settings);

    /// <summary>With more than the queue's workers, or something else in place of what the service has.</summary>
    public static WorkerHost CreateWith(string connectionString, Action<IServiceCollection, IConfiguration> more, params (string Name, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = Environments.Development });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Notification:MasterKeys"] = $"test:{Convert.ToBase64String(new byte[32])}",
            ["Notification:AllowPrivateEndpoints"] = "true",
            ["Notification:Delivery:RescueEvery"] = "00:00:00.200",
        });
        builder.Configuration.AddInMemoryCollection(settings.AsEnumerable().Reverse().DistinctBy(setting => setting.Name).Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
        builder.Logging.AddFilter(level => level >= LogLevel.Warning).AddProvider(new TestLog());
        builder.Services.AddNotificationService(new HostSettings(connectionString, new RoleSet(Api: false, Worker: true)));
        builder.Services.AddWorkerRole();
        more(builder.Services, builder.Configuration);
        return new WorkerHost(builder.Build());
    }

    public Task StartAsync() => host.StartAsync();

    public Task StopAsync() => host.StopAsync();

    /// <summary>Gives the tenant an e-mail provider that speaks SendGrid to the address.</summary>
    public Task<Guid> AddSendGridAsync(TenantId tenant, Uri baseUrl, string name = "SendGrid", int priority = 10, int weight = 100, int? rateLimit = null, int? concurrency = null, string apiKey = SendGridContract.TestKey) =>
        AddAsync(tenant, new ProviderInput(
            ChannelKind.Email, "sendgrid", name, priority, weight, Enabled: true, rateLimit, concurrency,
            new Dictionary<string, string> { ["apiKey"] = apiKey },
            JsonElement.Parse($$"""{ "baseUrl": "{{baseUrl}}", "from": { "email": "shop@example.com", "name": "Shop" } }""")));

    /// <summary>Gives the tenant a provider of text messages that speaks Twilio to the address.</summary>
    public Task<Guid> AddTwilioAsync(TenantId tenant, Uri baseUrl, string accountSid, string authToken) =>
        AddAsync(tenant, new ProviderInput(
            ChannelKind.Sms, "twilio", "Twilio", Priority: 10, Weight: 100, Enabled: true, RateLimit: null, Concurrency: null,
            new Dictionary<string, string> { ["accountSid"] = accountSid, ["authToken"] = authToken },
            JsonElement.Parse($$"""{ "baseUrl": "{{baseUrl}}", "from": "+15005550006" }""")));

    /// <summary>Gives the tenant a push provider that speaks FCM to the address.</summary>
    public Task<Guid> AddFcmAsync(TenantId tenant, FcmContract contract, Uri baseUrl, string name = "Firebase", int priority = 10) =>
        AddAsync(tenant, new ProviderInput(
            ChannelKind.Push, "fcm", name, priority, Weight: 100, Enabled: true, RateLimit: null, Concurrency: null,
            new Dictionary<string, string> { ["serviceAccountJson"] = contract.ServiceAccountJson(new Uri(baseUrl, "token")) },
            JsonElement.Parse($$"""{ "baseUrl": "{{baseUrl}}" }""")));

    private async Task<Guid> AddAsync(TenantId tenant, ProviderInput request) =>
        await Services.GetRequiredService<ProviderEditor>().CreateAsync(tenant, request, CancellationToken.None) switch
        {
            ProviderSaved.Saved saved => saved.Row.Id,
            ProviderSaved.Invalid invalid => throw new InvalidOperationException(string.Join("; ", invalid.Errors)),
            var other => throw new InvalidOperationException(other.ToString()),
        };

    /// <summary>Gives the tenant a sandbox on a channel, as the demo has one on each.</summary>
    public async Task AddSandboxAsync(TenantId tenant, ChannelKind channel)
    {
        var request = new ProviderInput(
            channel, "sandbox", $"Sandbox {channel.ToName()}", Priority: 10, Weight: 100, Enabled: true, RateLimit: null, Concurrency: null, new Dictionary<string, string>(), JsonElement.Parse("{}"));
        if (await Services.GetRequiredService<ProviderEditor>().CreateAsync(tenant, request, CancellationToken.None) is not ProviderSaved.Saved)
            throw new InvalidOperationException("the sandbox was not added");
    }

    public async ValueTask DisposeAsync()
    {
        if (host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }
}
