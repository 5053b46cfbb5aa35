using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
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

    private const string Gather = "select tenant, batch, taken from notification_meta.gather_batches($1)";
    private const string Measure = "select notification_meta.measure_batches($1, $2, $3)";
    private const string Unended = "select tenant, batch, batch_state from notification_meta.unended_batches($1)";

    private const string Resumed = "select tenant, batch from notification_meta.resumed_batches()";

    private static readonly string CancelNext = SqlText.Statement("batches_cancel_next");
    private static readonly string ResumeNext = SqlText.Statement("deliveries_resume_next");

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
                await RunPassesAsync(ResumeNext, tenant, batch, cancellationToken);
            foreach (var (tenant, batch, state) in await UnendedAsync(cancellationToken))
            {
                if (state == BatchState.Cancelled)
                {
                    if (await RunPassesAsync(CancelNext, tenant, batch, cancellationToken) is > 0 and var cancelled)
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
            await using var command = database.Worker.CreateCommand(Gather);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = BatchSize });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                touched.Add((reader.GetGuid(0), reader.GetGuid(1)));
                taken = reader.GetInt32(2);
            }
        }

        return touched;
    }

    private async Task<List<(Guid Tenant, Guid Batch, BatchState State)>> UnendedAsync(CancellationToken cancellationToken)
    {
        var unended = new List<(Guid, Guid, BatchState)>();
        await using var command = database.Worker.CreateCommand(Unended);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MaxUnended });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            unended.Add((reader.GetGuid(0), reader.GetGuid(1), (BatchState)reader.GetInt16(2)));
        return unended;
    }

    private async Task<List<(Guid Tenant, Guid Batch)>> ResumedAsync(CancellationToken cancellationToken)
    {
        var resumed = new List<(Guid, Guid)>();
        await using var command = database.Worker.CreateCommand(Resumed);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            resumed.Add((reader.GetGuid(0), reader.GetGuid(1)));
        return resumed;
    }

    /// <summary>A bounded number of passes over one batch, so that no large one keeps the others waiting; the rest follows in the next run.</summary>
    private async Task<int> RunPassesAsync(string statement, Guid tenant, Guid id, CancellationToken cancellationToken)
    {
        var all = 0;
        for (var (passes, done) = (0, BatchSize); done == BatchSize && passes < MaxPasses; passes++)
        {
            heartbeat.Beat();
            done = 0;
            await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
            batch.Add(
                new TenantId(tenant), statement,
                new NpgsqlParameter<Guid> { TypedValue = tenant }, new NpgsqlParameter<Guid> { TypedValue = id }, new NpgsqlParameter<int> { TypedValue = BatchSize });
            await batch.CommitAsync(row => done = row.GetInt32(0), cancellationToken);
            all += done;
        }

        return all;
    }

    private async Task MeasureAsync(HashSet<(Guid Tenant, Guid Batch)> batches, CancellationToken cancellationToken)
    {
        await using var command = database.Worker.CreateCommand(Measure);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. batches.Select(batch => batch.Tenant)] });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = [.. batches.Select(batch => batch.Batch)] });
        command.Parameters.Add(new NpgsqlParameter<double> { TypedValue = SecondsBetweenMeasures });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
