using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Deliveries;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;

namespace NotificationService.Ledger;

/// <summary>
/// Gathers the changes of the ledger into its counts, and removes the counts of hours whose deliveries are gone. Any number of workers may do it at once; without any
/// the ledger stays exact, and only costs more to read.
/// </summary>
internal sealed class LedgerMaintenance(Database database, DeliveryOptions options, Heartbeats heartbeats, TimeProvider time, ILogger<LedgerMaintenance> logger) : BackgroundService
{
    private const int BatchSize = 5_000;

    private static readonly TimeSpan GathersEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PurgesEvery = TimeSpan.FromMinutes(30);

    private static readonly Statement Gather = Statement.Load("ledger_gather");
    private static readonly Statement Purge = Statement.Load("ledger_purge");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        PeriodicTask.RepeatAsync(GathersEvery, time, GatherAsync, heartbeats.Maintenance("ledger_gather"), logger.NotGathered, stoppingToken),
        PeriodicTask.RepeatAsync(PurgesEvery, time, PurgeAsync, heartbeats.Maintenance("ledger_purge", 3 * PurgesEvery), logger.NotPurged, stoppingToken));

    private Task GatherAsync(CancellationToken cancellationToken) => RepeatAsync(() => Gather.With(Parameter.Of("max", BatchSize)), cancellationToken);

    private async Task PurgeAsync(CancellationToken cancellationToken)
    {
        if (options.Retention <= TimeSpan.Zero)
            return;
        var before = time.GetUtcNow() - options.Retention;
        await RepeatAsync(() => Purge.With(Parameter.Of("before", before), Parameter.Of("max", BatchSize)), cancellationToken);
    }

    private async Task RepeatAsync(Func<BoundStatement> statement, CancellationToken cancellationToken)
    {
        for (var done = BatchSize; done == BatchSize;)
        {
            await using var command = statement().On(database.Worker);
            done = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
        }
    }
}
