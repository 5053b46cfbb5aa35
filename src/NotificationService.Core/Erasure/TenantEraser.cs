using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Erasure;

/// <summary>
/// Removes tenants that were given up: table by table as the catalogue has them, a thousand rows in a transaction, and as long a rest after each as it took, so that
/// others have their turn. Dies anywhere: what was removed is counted, and another worker goes on within a minute. It sweeps all tables until none has a row, once more
/// after what was under way when it was asked for has ended, and only then removes the tenant itself and signs the receipt.
/// </summary>
public sealed class TenantEraser(
    Database database, TenantErasures erasures, ErasureSigner signer, RetentionOptions options, Heartbeats heartbeats, TimeProvider time, ILogger<TenantEraser> logger) : BackgroundService
{
    private const int ChunkRows = 1_000;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAgainIn = TimeSpan.FromSeconds(1);
    /// <summary>Of one sweep; the next goes on from there, and other tenants' erasures have their turn.</summary>
    private static readonly TimeSpan MaxDuration = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(2);

    /// <summary>They say that the tenant is closed, and go last of all.</summary>
    private static readonly string[] Last = ["tenant_settings", "tenants"];

    private static readonly Statement Take = Statement.Load("tenant_erasures_take");
    private static readonly Statement Leave = Statement.Load("tenant_erasures_leave");
    private static readonly Statement Finish = Statement.Load("tenant_erasures_finish");
    private static readonly Statement Tables = Statement.Load("tenant_erasures_tables");
    private static readonly Statement Rows = Statement.Load("tenant_erasures_rows");
    private static readonly Statement Counters = Statement.Load("tenant_erasures_counters");
    private static readonly Column Id = Take.Column("id"), Age = Take.Column("age"), Name = Tables.Column("name");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicTask.RepeatAsync(Every, time, RunAsync, heartbeats.Maintenance("tenant_erasure", TimeSpan.FromMinutes(5)), logger.ErasureFailed, stoppingToken);

    /// <summary>One look at every open erasure.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await TakeAsync(cancellationToken) is var (id, age))
        {
            var removed = await SweepAsync(id, time.GetTimestamp(), cancellationToken);
            if (removed > 0 || age < options.ErasureSettles)
                await RunAsync(Leave.With(Parameter.Of("id", id), Parameter.Of("again", LookAgainIn)), cancellationToken);
            else
                await FinishAsync(id, cancellationToken);
        }
    }

    private async Task<(Guid Id, TimeSpan Age)?> TakeAsync(CancellationToken cancellationToken)
    {
        await using var command = Take.With().On(database.Worker);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (row.GetGuid(Id), row.GetFieldValue<TimeSpan>(Age)) : null;
    }

    /// <summary>Once over all tables but the last two; how many rows went.</summary>
    private async Task<long> SweepAsync(Guid erasure, long began, CancellationToken cancellationToken)
    {
        var removed = 0L;
        foreach (var table in await TablesAsync(cancellationToken))
        {
            if (!Last.Contains(table))
                removed += await EmptyAsync(erasure, table, began, cancellationToken);
        }

        return removed;
    }

    private async Task<long> EmptyAsync(Guid erasure, string table, long sweepBegan, CancellationToken cancellationToken)
    {
        var (removed, gone) = (0L, ChunkRows);
        while (gone >= ChunkRows && time.GetElapsedTime(sweepBegan) < MaxDuration)
        {
            var began = time.GetTimestamp();
            await using var command = Rows.With(Parameter.Of("erasure", erasure), Parameter.Of("table", table), Parameter.Of("max", ChunkRows)).On(database.Worker);
            gone = (int)(await command.ExecuteScalarAsync(cancellationToken))!;
            if (gone < 0)
                throw new InvalidOperationException($"a row that was just added refers to {table}");
            removed += gone;
            if (gone >= ChunkRows)
                await Task.Delay(time.GetElapsedTime(began) is var took && took > ShortestRest ? took : ShortestRest, time, cancellationToken);
        }

        return removed;
    }

    private async Task<IReadOnlyList<string>> TablesAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await using var command = Tables.With().On(database.Worker);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            names.Add(row.GetString(Name));
        return names;
    }

    /// <summary>The tenant itself, and the receipt. Dies between: the tenant is gone, and the next look signs.</summary>
    private async Task FinishAsync(Guid id, CancellationToken cancellationToken)
    {
        await using (var counters = Counters.With(Parameter.Of("erasure", id)).On(database.Worker))
            await counters.ExecuteScalarAsync(cancellationToken);
        foreach (var table in Last)
            await EmptyAsync(id, table, time.GetTimestamp(), cancellationToken);
        if (await erasures.FindAsync(id, cancellationToken) is not { } erasure)
            return;
        // As exact as the database keeps it: what is signed is what is read.
        var now = time.GetUtcNow();
        var finished = erasure with { FinishedAt = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)) };
        await RunAsync(
            Finish.With(
                Parameter.Of("id", id), Parameter.Of("finished_at", finished.FinishedAt!.Value), Parameter.Of("key_id", signer.KeyId), Parameter.Of("signature", signer.Sign(finished, signer.KeyId)!)),
            cancellationToken);
        logger.TenantErased(id, finished.Counts.Values.Sum());
    }

    private async Task RunAsync(BoundStatement statement, CancellationToken cancellationToken)
    {
        await using var command = statement.On(database.Worker);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
