using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Telemetry;

namespace NotificationService.Deliveries;

/// <summary>Takes back what workers held that were lost. Every worker does it; whoever comes first gets the row.</summary>
internal sealed class LeaseRescuer(
    DeliveryStore store, DeliveryResultWriter writer, DeliveryOptions options, Heartbeats heartbeats, TimeProvider time, ILogger<LeaseRescuer> logger) : BackgroundService
{
    private const int Most = 500;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var heartbeat = heartbeats.Register("lease_rescuer", 6 * options.RescueEvery + TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(options.RescueEvery, time);
        do
        {
            heartbeat.Beat();
            try
            {
                while (await RescueAsync() == Most && !stoppingToken.IsCancellationRequested)
                    heartbeat.Beat();
            }
            catch (NpgsqlException exception)
            {
                logger.StepFailed("rescue", exception.SqlState ?? exception.GetType().Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> RescueAsync()
    {
        var rescued = await store.RescueAsync(Most, CancellationToken.None);
        if (rescued.Count == 0)
            return 0;
        await Task.WhenAll(rescued.Select(delivery => writer.WriteAsync(DeliveryTransitions.Rescue(delivery, delivery.Lease.Now), CancellationToken.None)));
        logger.Rescued(rescued.Count, rescued.Count(delivery => delivery.CallStartedAt is not null));
        return rescued.Count;
    }
}
