using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Events;

/// <summary>Removes events that have served, and what was dead-lettered and nobody came for. Any number of workers may do it at once.</summary>
internal sealed class OutboxMaintenance(Database database, Heartbeats heartbeats, TimeProvider time, ILogger<OutboxMaintenance> logger) : BackgroundService
{
    private const int BatchSize = 1_000;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Keep = TimeSpan.FromDays(30);
    private static readonly Statement[] Purges = [Statement.Load("events_purge"), Statement.Load("kafka_messages_purge"), Statement.Load("outbox_purge")];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => PeriodicTask.RepeatAsync(Every, time, PurgeAsync, heartbeats.Maintenance("outbox_purge"), logger.RelayFailed, stoppingToken);

    private async Task PurgeAsync(CancellationToken cancellationToken)
    {
        foreach (var purge in Purges)
        {
            var began = time.GetTimestamp();
            await using var command = purge.With(Parameter.Of("before", time.GetUtcNow() - Keep), Parameter.Of("max", BatchSize)).On(database.Worker);
            while (await command.ExecuteScalarAsync(cancellationToken) is BatchSize && time.GetElapsedTime(began) < LongestStep)
            {
                // Batch by batch; what is left after so long is the next run's.
            }
        }
    }
}
