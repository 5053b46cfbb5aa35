using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Deliveries;

/// <summary>Makes the months to come, removes the months that are past and the keys that have served. Any number of workers may do it at once.</summary>
public sealed class DeliveryMaintenance(Database database, DeliveryOptions options, Heartbeats heartbeats, TimeProvider time, ILogger<DeliveryMaintenance> logger) : BackgroundService
{
    private const int MonthsAhead = 3;
    private const int BatchSize = 5_000;

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("delivery_maintenance", 3 * Every), reason => logger.StepFailed("maintenance", reason), stoppingToken);

    /// <summary>One run.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var made = await AskAsync("select notification_meta.ensure_partitions($1)", cancellationToken, new NpgsqlParameter<int> { TypedValue = MonthsAhead });
        var keys = await RepeatAsync("select notification_meta.purge_idempotency_keys($1)", cancellationToken);
        var receipts = await RepeatAsync("select notification_meta.purge_receipts($1)", cancellationToken);
        receipts += await RepeatAsync("select notification_meta.purge_suppressions($1)", cancellationToken);
        var (dropped, deliveries) = (0, 0);
        if (options.Retention > TimeSpan.Zero)
        {
            var before = time.GetUtcNow() - options.Retention;
            deliveries = await RepeatAsync(
                "select notification_meta.delete_deliveries_before($2, $1)", cancellationToken, new NpgsqlParameter<DateTimeOffset> { TypedValue = before });
            deliveries += await RepeatAsync("select notification_meta.purge_batches($2, $1)", cancellationToken, new NpgsqlParameter<DateTimeOffset> { TypedValue = before });
            dropped = await AskAsync(
                "select notification_meta.drop_partitions_before($1)", cancellationToken, new NpgsqlParameter<DateTimeOffset> { TypedValue = before });
        }

        if (made + dropped + deliveries + keys + receipts > 0)
            logger.Kept(made, dropped, deliveries, keys, receipts);
    }

    private async Task<int> RepeatAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] more)
    {
        var total = 0;
        while (true)
        {
            var removed = await AskAsync(sql, cancellationToken, [new NpgsqlParameter<int> { TypedValue = BatchSize }, .. more.Select(parameter => parameter.Clone())]);
            total += removed;
            if (removed < BatchSize)
                return total;
        }
    }

    private async Task<int> AskAsync(string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var command = database.Worker.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
