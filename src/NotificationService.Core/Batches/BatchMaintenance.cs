using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Batches;

/// <summary>
/// Gathers what was added to the counts of batches, measures how fast they go, clears the queue of those that were
/// cancelled, and notes when one has ended. Any number of workers may do it at once; without any the counts stay exact.
/// </summary>
internal sealed class BatchMaintenance(Database database, Heartbeats heartbeats, TimeProvider time, ILogger<BatchMaintenance> logger) : BackgroundService
{
    private const int BatchSize = 5_000;
    private const int MaxPasses = 10;
    private const int MaxUnended = 1_000;
    private const double SecondsBetweenMeasures = 5;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LooksThroughEvery = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(2);

    private static readonly Statement Gather = Statement.Load("batches_gather");
    private static readonly Statement Measure = Statement.Load("batches_measure");
    private static readonly Statement Unended = Statement.Load("batches_unended");
    private static readonly Statement Resumed = Statement.Load("batches_resumed");
    private static readonly Statement CancelNext = Statement.Load("batches_cancel_next");
    private static readonly Column Cancelled = CancelNext.Column("changed");
    private static readonly Statement ResumeNext = Statement.Load("deliveries_resume_next");
    private static readonly Column BroughtBack = ResumeNext.Column("changed");

    private readonly Heartbeat heartbeat = heartbeats.Register("batch_maintenance", LongestSilence);
    private readonly Interval looksThrough = new(LooksThroughEvery, time);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("batch_counts"), logger.NotGathered, stoppingToken);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        heartbeat.Beat();
        var touched = await GatherAsync(cancellationToken);
        if (looksThrough.TryRestart())
        {
            foreach (var (tenant, batch) in await ResumedAsync(cancellationToken))
                await RunPassesAsync(BroughtBack, tenant, batch, cancellationToken);
            foreach (var (tenant, batch, state) in await UnendedAsync(cancellationToken))
            {
                if (state == BatchState.Cancelled)
                {
                    if (await RunPassesAsync(Cancelled, tenant, batch, cancellationToken) is > 0 and var cancelled)
                        logger.Cancelled(cancelled, batch);
                }

                touched.Add((tenant, batch));
            }
        }

        if (touched.Count > 0)
            await MeasureAsync(touched, cancellationToken);
    }

    private async Task<HashSet<(Guid Tenant, Guid Batch)>> GatherAsync(CancellationToken cancellationToken)
    {
        var touched = new HashSet<(Guid, Guid)>();
        for (var taken = BatchSize; taken == BatchSize;)
        {
            heartbeat.Beat();
            taken = 0;
            await using var command = Gather.With(Parameter.Of("max", BatchSize)).On(database.Worker);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                touched.Add((reader.GetGuid(Gathered.Tenant), reader.GetGuid(Gathered.Batch)));
                taken = reader.GetInt32(Gathered.Taken);
            }
        }

        return touched;
    }

    private async Task<List<(Guid Tenant, Guid Batch, BatchState State)>> UnendedAsync(CancellationToken cancellationToken)
    {
        var unended = new List<(Guid, Guid, BatchState)>();
        await using var command = Unended.With(Parameter.Of("max", MaxUnended)).On(database.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            unended.Add((reader.GetGuid(OfUnended.Tenant), reader.GetGuid(OfUnended.Batch), (BatchState)reader.GetInt16(OfUnended.BatchState)));
        return unended;
    }

    private async Task<List<(Guid Tenant, Guid Batch)>> ResumedAsync(CancellationToken cancellationToken)
    {
        var resumed = new List<(Guid, Guid)>();
        await using var command = Resumed.With().On(database.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            resumed.Add((reader.GetGuid(OfResumed.Tenant), reader.GetGuid(OfResumed.Batch)));
        return resumed;
    }

    /// <summary>A bounded number of passes over one batch, so that no large one keeps the others waiting; the rest follows in the next run.</summary>
    /// <param name="changed">The one column of the statement: how many deliveries it changed.</param>
    private async Task<int> RunPassesAsync(Column changed, Guid tenant, Guid id, CancellationToken cancellationToken)
    {
        var all = 0;
        for (var (passes, done) = (0, BatchSize); done == BatchSize && passes < MaxPasses; passes++)
        {
            heartbeat.Beat();
            done = 0;
            await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
            batch.Add(new TenantId(tenant), changed.Statements[0].With(Parameter.Of("tenant", tenant), Parameter.Of("batch", id), Parameter.Of("max", BatchSize)));
            await batch.CommitAsync(row => done = row.GetInt32(changed), cancellationToken);
            all += done;
        }

        return all;
    }

    private async Task MeasureAsync(HashSet<(Guid Tenant, Guid Batch)> batches, CancellationToken cancellationToken)
    {
        await using var command = Measure.With(
            Parameter.Of<Guid[]>("tenants", [.. batches.Select(batch => batch.Tenant)]),
            Parameter.Of<Guid[]>("batches", [.. batches.Select(batch => batch.Batch)]),
            Parameter.Of("seconds", SecondsBetweenMeasures)).On(database.Worker);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static class Gathered
    {
        public static readonly Column
            Tenant = Gather.Column("tenant"), Batch = Gather.Column("batch"), Taken = Gather.Column("taken");
    }

    private static class OfUnended
    {
        public static readonly Column
            Tenant = Unended.Column("tenant"), Batch = Unended.Column("batch"), BatchState = Unended.Column("batch_state");
    }

    private static class OfResumed
    {
        public static readonly Column
            Tenant = Resumed.Column("tenant"), Batch = Resumed.Column("batch");
    }
}
