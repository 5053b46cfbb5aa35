using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NotificationService.Channels;
using NotificationService.Testing;
using NotificationService.Testing.Deliveries;

namespace NotificationService.IntegrationTests.Deliveries;

/// <summary>A host that did not stop in time is disposed all the same: what is still held is left to its leases, and nothing is reported as a failure.</summary>
public sealed class DisposalTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    /// <summary>Those that hold something while nobody waits for them.</summary>
    private static readonly string[] Working = ["DeliveryWorker", "WebhookWorker", "ReceiptApplier"];

    [Fact]
    public async Task A_worker_that_is_disposed_without_having_been_stopped_ends_quietly()
    {
        var accepted = new AcceptedNotifications(database);
        for (var round = 1; round <= 5; round++)
        {
            var tenant = await database.NewTenantAsync();
            var worker = WorkerHost.Create(database.ConnectionString);
            await worker.AddSandboxAsync(tenant, ChannelKind.Email);
            await worker.StartAsync();
            await accepted.PlantAsync(tenant, 20);
            await accepted.UntilAsync(tenant, "delivered", 20);
            var loops = worker.Services.GetServices<IHostedService>().OfType<BackgroundService>()
                .Where(service => Working.Contains(service.GetType().Name)).ToDictionary(service => service.GetType().Name, service => service.ExecuteTask!);

            await worker.DisposeAsync();

            loops.Count.ShouldBe(Working.Length);
            await Eventually.TrueAsync(() => loops.Values.All(loop => loop.IsCompleted), TimeSpan.FromSeconds(30), () => string.Join(", ", loops.Where(loop => !loop.Value.IsCompleted).Select(loop => loop.Key)));
            foreach (var (name, loop) in loops)
                loop.IsFaulted.ShouldBeFalse($"{name}, round {round}: {loop.Exception?.InnerException}");
        }
    }
}
