using Microsoft.Extensions.DependencyInjection;
using NotificationService.Credentials;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.Webhooks;

namespace NotificationService.IntegrationTests.Webhooks;

/// <summary>A receiver, workers that begin when a test says so, and a tenant with endpoints at the receiver.</summary>
public sealed class WebhookStage : IAsyncDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private readonly List<WorkerHost> workers = [];
    private readonly TestDatabase database;

    private WebhookStage(TestDatabase database, WebhookReceiver receiver, TenantId tenant)
    {
        (this.database, Receiver, Tenant) = (database, receiver, tenant);
        Endpoints = new PlantedEndpoints(database, new CredentialVault(MasterKeys.Parse($"test:{Convert.ToBase64String(new byte[32])}")));
    }

    public WebhookReceiver Receiver { get; }

    public TenantId Tenant { get; }

    public PlantedEndpoints Endpoints { get; }

    /// <summary>On an empty stage: what another test of the class left is not called.</summary>
    public static async Task<WebhookStage> CreateAsync(TestDatabase database)
    {
        await database.ExecuteAsync("delete from webhook_messages; delete from webhook_replays; delete from webhook_endpoints");
        return new WebhookStage(database, await WebhookReceiver.StartAsync(), await database.NewTenantAsync());
    }

    public WorkerHost Worker(params (string Name, string Value)[] settings)
    {
        workers.Add(WorkerHost.Create(database.ConnectionString, settings));
        return workers[^1];
    }

    public async Task<WorkerHost> StartAsync(params (string Name, string Value)[] settings)
    {
        var worker = Worker(settings);
        await worker.StartAsync();
        return worker;
    }

    /// <summary>Of an endpoint at the receiver's path.</summary>
    public async Task<Guid> PlantAsync(string path, int messages, TenantId? tenant = null)
    {
        var id = await Endpoints.PlantAsync(tenant ?? Tenant, Receiver[path]);
        if (messages > 0)
            await Endpoints.MessagesAsync(tenant ?? Tenant, id, messages);
        return id;
    }

    public Task UntilReceivedAsync(string path, int count) =>
        Eventually.TrueAsync(() => Receiver.On(path).Count >= count, Soon, () => $"{Receiver.On(path).Count} of {count} came to {path}, {Receiver.Received.Count} in all");

    public async Task UntilAsync(string sql, long count)
    {
        long last = -1;
        await Eventually.TrueAsync(async () => (last = await database.ScalarAsync<long>(sql)) == count, Soon, () => $"expected {count}, there are {last}: {sql}");
    }

    public T Service<T>()
        where T : notnull => workers[0].Services.GetRequiredService<T>();

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in workers)
            await worker.DisposeAsync();
        await Receiver.DisposeAsync();
    }
}
