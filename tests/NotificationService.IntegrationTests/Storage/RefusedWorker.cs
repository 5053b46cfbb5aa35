using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NotificationService.Channels;
using NotificationService.Credentials;
using NotificationService.Telemetry;
using NotificationService.Tenants;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;
using NotificationService.Testing.Webhooks;

namespace NotificationService.IntegrationTests.Storage;

/// <summary>A worker with a tenant that has a sandbox and an endpoint.</summary>
internal sealed class RefusedWorker(WorkerHost host, TenantId tenant, WebhookReceiver receiver, TestDatabase database) : IAsyncDisposable
{
    private const int Times = 20;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(0.2);

    // What no signal announces is looked for at once: the test decides when something is due again.
    private static readonly (string Name, string Value)[] Settings = [("Notification:Delivery:Poll", "00:00:00.050")];

    private readonly AcceptedNotifications accepted = new(database);
    private readonly Heartbeats heartbeats = host.Services.GetRequiredService<Heartbeats>();

    /// <param name="database">Whose tables the test locks or closes.</param>
    /// <param name="receiver">Where the tenant's events go.</param>
    /// <param name="givesUpSoon">Whether the server gives statements up (57014); otherwise waiting for a lock ends first (55P03).</param>
    public static async Task<RefusedWorker> CreateAsync(TestDatabase database, WebhookReceiver receiver, bool givesUpSoon)
    {
        var refusals = new Refusals(database);
        var host = givesUpSoon
            ? WorkerHost.CreateWith(database.ConnectionString, (services, _) => services.AddSingleton(refusals.GivingUpSoon()), Settings)
            : WorkerHost.Create(refusals.ConnectionString(LockTimeout), Settings);
        // What an earlier test left would be claimed as well, and the providers of two tenants are read at another step than those of one.
        await database.ExecuteAsync("delete from deliveries where status in ({status.queued}, {status.sending})");
        var tenant = await database.NewTenantAsync();
        await host.AddSandboxAsync(tenant, ChannelKind.Email);
        await new PlantedEndpoints(database, host.Services.GetRequiredService<CredentialVault>()).PlantAsync(tenant, receiver["/all"], events: "delivery.sent");
        return new RefusedWorker(host, tenant, receiver, database);
    }

    public WorkerHost Host => host;

    public TenantId Tenant => tenant;

    /// <summary>Until each of the steps has failed that often, the last time for the reason.</summary>
    public async Task FailAsync(string[] steps, string? reason = null, Func<Task<int>>? meanwhile = null)
    {
        var before = heartbeats.Steps.ToDictionary(step => step.Name, step => step.Failed);
        await Eventually.TrueAsync(
            async () =>
            {
                if (meanwhile is not null)
                    await meanwhile();
                return Array.TrueForAll(steps, name => Failed(name) >= Times && (reason is null || Of(name)!.Detail.Contains(reason, StringComparison.Ordinal)));
            },
            Long,
            () => string.Join(", ", steps.Select(name => $"{name} {Failed(name)} {Of(name)?.Detail}")));

        long Failed(string name) => (Of(name)?.Failed ?? 0) - before.GetValueOrDefault(name);
    }

    /// <summary>What was put off is due at once.</summary>
    public Task<int> DueNowAsync() => database.ExecuteAsync("update deliveries set due_at = now() where status = {status.queued} and due_at > now()");

    /// <summary>What is accepted now is sent and reported.</summary>
    public async Task WorksAsync()
    {
        var another = await accepted.PlantAsync(tenant, 40);
        var ids = another.Select(delivery => delivery.Value).ToHashSet();
        await Eventually.TrueAsync(() => ids.IsSubsetOf(receiver.On("/all").Select(message => message.Delivery).ToHashSet()), Long);
        foreach (var service in host.Services.GetServices<IHostedService>().OfType<BackgroundService>())
            service.ExecuteTask!.IsCompleted.ShouldBeFalse(service.GetType().Name);
    }

    public async Task StopAsync()
    {
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested.ShouldBeFalse();
        await host.StopAsync();
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    private Step? Of(string name) => heartbeats.Steps.SingleOrDefault(step => step.Name == name);
}
