using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.BulkJobs;

/// <summary>
/// Works bulk jobs: of the tenant that has waited longest, the job that has. Two row ranges at a time, so that one is checked and planned while the
/// database stores the other. Clears what uploads left behind. Any number of workers may do it at once.
/// </summary>
internal sealed class BulkRunner(Database database, RowRangeWorker ranges, Heartbeats heartbeats, TimeProvider time, ILogger<BulkRunner> logger) : BackgroundService
{
    private const int BatchSize = 20;
    private const int MaxPasses = 10;

    private static readonly TimeSpan ShortestIdle = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Of the second of the two: that there is a job the first says.</summary>
    private static readonly TimeSpan HelperPoll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ClearsUpEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(2);

    private static readonly Statement Next = Statement.Load("bulk_jobs_next");
    private static readonly Column Tenant = Next.Column("tenant");
    private static readonly Column Job = Next.Column("job");
    private static readonly Statement GiveUp = Statement.Load("bulk_jobs_give_up");
    private static readonly Statement Clear = Statement.Load("bulk_row_ranges_clear");

    private readonly Heartbeat[] beats = [heartbeats.Register("bulk_runner", LongestSilence), heartbeats.Register("bulk_runner_2", LongestSilence)];
    private readonly Step range = heartbeats.Maintenance("bulk_row_range");
    private readonly Interval clearsUp = new(ClearsUpEvery, time);
    private readonly Signal found = new();

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(WorkAsync(beats[0], isFirst: true, stoppingToken), WorkAsync(beats[1], isFirst: false, stoppingToken));

    private async Task WorkAsync(Heartbeat heartbeat, bool isFirst, CancellationToken stoppingToken)
    {
        // A start is not waited for.
        await Task.Yield();
        // After work a job may be locked for the moment in which its counts are written: it is looked for again soon.
        var poll = new PollInterval(ShortestIdle, isFirst ? PollInterval.Longest : HelperPoll);
        await new ClaimLoop(heartbeat, range, Pause, time, logger.RangeFailed) { Signal = isFirst ? null : found.WaitAsync }.RunAsync(TakeAsync, stoppingToken);

        async Task<NextTurn> TakeAsync(CancellationToken cancellationToken)
        {
            if (isFirst)
                await ClearUpAsync(heartbeat, cancellationToken);
            var worked = await RunOnceAsync(isFirst, cancellationToken);
            range.Succeed();
            if (!worked)
                return new NextTurn.OnSignal(poll.Next());
            poll.Reset();
            return NextTurn.AtOnce;
        }
    }

    /// <summary>One row range of one job. False: there was nothing to do.</summary>
    private async Task<bool> RunOnceAsync(bool isFirst, CancellationToken cancellationToken)
    {
        // Others may hold what is left of a job, or it waits for its next try: then another job has its turn at once.
        var looked = new HashSet<Guid>();
        while (await NextAsync(cancellationToken) is var (tenant, job) && looked.Add(job))
        {
            if (isFirst)
                found.Give();
            if (await ranges.RunAsync(tenant, job, cancellationToken))
                return true;
        }

        return false;
    }

    private async Task<(TenantId Tenant, Guid Job)?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = Next.With().On(database.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (new TenantId(reader.GetGuid(Tenant)), reader.GetGuid(Job)) : null;
    }

    private async Task ClearUpAsync(Heartbeat heartbeat, CancellationToken cancellationToken)
    {
        if (!clearsUp.TryRestart())
            return;
        await using (var giveUp = GiveUp.With().On(database.Worker))
        {
            if (await giveUp.ExecuteScalarAsync(cancellationToken) is int and > 0 and var count)
                logger.UploadsGivenUp(count);
        }

        for (var (passes, cleared) = (0, BatchSize); cleared == BatchSize && passes < MaxPasses; passes++)
        {
            heartbeat.Beat();
            await using var clear = Clear.With(Parameter.Of("max", BatchSize)).On(database.Worker);
            cleared = await clear.ExecuteScalarAsync(cancellationToken) is int rangesCleared ? rangesCleared : 0;
        }
    }
}
