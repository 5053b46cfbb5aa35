using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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

    private static readonly Statement MakeMonths = Statement.Load("deliveries_make_months");
    private static readonly Statement DropMonths = Statement.Load("deliveries_drop_months");
    private static readonly Statement PurgeDeliveries = Statement.Load("deliveries_purge");
    private static readonly Statement PurgeBatches = Statement.Load("batches_purge");
    private static readonly Statement PurgeKeys = Statement.Load("idempotency_purge");
    private static readonly Statement PurgeReceipts = Statement.Load("receipts_purge");
    private static readonly Statement PurgeSuppressions = Statement.Load("suppressions_purge");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("delivery_maintenance", 3 * Every), reason => logger.StepFailed("maintenance", reason), stoppingToken);

    /// <summary>One run.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var made = await AskAsync(MakeMonths.With(Parameter.Of("months", MonthsAhead)), cancellationToken);
        var keys = await RepeatAsync(() => PurgeKeys.With(Parameter.Of("max", BatchSize)), cancellationToken);
        var receipts = await RepeatAsync(() => PurgeReceipts.With(Parameter.Of("max", BatchSize)), cancellationToken);
        receipts += await RepeatAsync(() => PurgeSuppressions.With(Parameter.Of("max", BatchSize)), cancellationToken);
        var (dropped, deliveries) = (0, 0);
        if (options.Retention > TimeSpan.Zero)
        {
            var before = time.GetUtcNow() - options.Retention;
            deliveries = await RepeatAsync(() => PurgeDeliveries.With(Parameter.Of("before", before), Parameter.Of("max", BatchSize)), cancellationToken);
            deliveries += await RepeatAsync(() => PurgeBatches.With(Parameter.Of("before", before), Parameter.Of("max", BatchSize)), cancellationToken);
            dropped = await AskAsync(DropMonths.With(Parameter.Of("before", before)), cancellationToken);
        }

        if (made + dropped + deliveries + keys + receipts > 0)
            logger.Kept(made, dropped, deliveries, keys, receipts);
    }

    private async Task<int> RepeatAsync(Func<BoundStatement> purge, CancellationToken cancellationToken)
    {
        var total = 0;
        while (true)
        {
            var removed = await AskAsync(purge(), cancellationToken);
            total += removed;
            if (removed < BatchSize)
                return total;
        }
    }

    private async Task<int> AskAsync(BoundStatement statement, CancellationToken cancellationToken)
    {
        await using var command = statement.On(database.Worker);
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
