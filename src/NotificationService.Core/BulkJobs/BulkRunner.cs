using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.BulkJobs;

/// <summary>
/// Works bulk jobs, a row range at a time: of the tenant that has waited longest, the job that has. Clears what uploads left behind. Any number of
/// workers may do it at once.
/// </summary>
internal sealed class BulkRunner(Database database, RowRangeWorker ranges, Heartbeats heartbeats, TimeProvider time, ILogger<BulkRunner> logger) : BackgroundService
{
    private const int BatchSize = 20;
    private const int MaxPasses = 10;

    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ClearsUpEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(2);

    private readonly Heartbeat heartbeat = heartbeats.Register("bulk_runner", LongestSilence);
    private readonly Step range = heartbeats.Maintenance("bulk_row_range");
    private readonly Interval clearsUp = new(ClearsUpEvery, time);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => new ClaimLoop(heartbeat, range, Idle, time, logger.RangeFailed).RunAsync(WorkAsync, stoppingToken);

    private async Task<NextTurn> WorkAsync(CancellationToken cancellationToken)
    {
        await ClearUpAsync(cancellationToken);
        var worked = await RunOnceAsync(cancellationToken);
        range.Succeed();
        return worked ? NextTurn.AtOnce : new NextTurn.After(Idle);
    }

    /// <summary>One row range of one job. False: there was nothing to do.</summary>
    private async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        // Others may hold what is left of a job, or it waits for its next try: then another job has its turn at once.
        var looked = new HashSet<Guid>();
        while (await NextAsync(cancellationToken) is var (tenant, job) && looked.Add(job))
        {
            if (await ranges.RunAsync(tenant, job, cancellationToken))
                return true;
        }

        return false;
    }

    private async Task<(TenantId Tenant, Guid Job)?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Worker.CreateCommand("select tenant, job from notification_meta.next_bulk_job()");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (new TenantId(reader.GetGuid(0)), reader.GetGuid(1)) : null;
    }

    private async Task ClearUpAsync(CancellationToken cancellationToken)
    {
        if (!clearsUp.TryRestart())
            return;
        await using (var giveUp = database.Worker.CreateCommand("select notification_meta.give_up_uploads()"))
        {
            if (await giveUp.ExecuteScalarAsync(cancellationToken) is int and > 0 and var count)
                logger.UploadsGivenUp(count);
        }

        for (var (passes, cleared) = (0, BatchSize); cleared == BatchSize && passes < MaxPasses; passes++)
        {
            heartbeat.Beat();
            await using var clear = database.Worker.CreateCommand("select notification_meta.clear_bulk_rows($1)");
            clear.Parameters.Add(new NpgsqlParameter<int> { TypedValue = BatchSize });
            cleared = await clear.ExecuteScalarAsync(cancellationToken) is int rangesCleared ? rangesCleared : 0;
        }
    }
}
