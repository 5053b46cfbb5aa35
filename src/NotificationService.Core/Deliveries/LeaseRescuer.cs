using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Telemetry;

namespace NotificationService.Deliveries;

/// <summary>Takes back what workers held that were lost. Every worker does it; whoever comes first gets the row.</summary>
internal sealed class LeaseRescuer(
    DeliveryStore store, DeliveryResultWriter writer, DeliveryOptions options, Heartbeats heartbeats, TimeProvider time, ILogger<LeaseRescuer> logger) : BackgroundService
{
    private const int Max = 500;

    private readonly Heartbeat heartbeat = heartbeats.Register("lease_rescuer", 6 * options.RescueEvery + TimeSpan.FromSeconds(30));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(options.RescueEvery, time, RunAsync, heartbeats.Step("lease_rescue"), reason => logger.StepFailed("rescue", reason), stoppingToken);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        heartbeat.Beat();
        while (await RescueAsync() == Max && !cancellationToken.IsCancellationRequested)
            heartbeat.Beat();
    }

    private async Task<int> RescueAsync()
    {
        var rescued = await store.RescueAsync(Max, CancellationToken.None);
        if (rescued.Count == 0)
            return 0;
        await Task.WhenAll(rescued.Select(delivery => writer.WriteAsync(DeliveryTransitions.Rescue(delivery, delivery.Lease.Now), CancellationToken.None)));
        logger.Rescued(rescued.Count, rescued.Count(delivery => delivery.CallStartedAt is not null));
        return rescued.Count;
    }
}
