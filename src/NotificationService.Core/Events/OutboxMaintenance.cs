using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Events;

/// <summary>Removes events that have served, and what was dead-lettered and nobody came for. Any number of workers may do it at once.</summary>
internal sealed class OutboxMaintenance(Database database, Heartbeats heartbeats, TimeProvider time, ILogger<OutboxMaintenance> logger) : BackgroundService
{
    private const int BatchSize = 1_000;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Keep = TimeSpan.FromDays(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => PeriodicTask.RepeatAsync(Every, time, PurgeAsync, heartbeats.Maintenance("outbox_purge"), logger.RelayFailed, stoppingToken);

    private async Task PurgeAsync(CancellationToken cancellationToken)
    {
        foreach (var statement in (string[])["select notification_meta.purge_events($1, $2)", "select notification_meta.purge_kafka_messages($1, $2)", "select notification_meta.purge_outbox_dead_letters($1, $2)"])
        {
            await using var command = database.Worker.CreateCommand(statement);
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() - Keep });
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = BatchSize });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
