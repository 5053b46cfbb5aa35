using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.BulkJobs;

/// <summary>Works bulk jobs, a slice at a time of whichever job has waited longest. Any number of workers may do it at once.</summary>
/// <remarks>
/// 1 whose turn is it → 2 in one transaction: lock a slice, check and plan its rows, store the good ones, note the bad ones, and count – only
/// if the job is still to be worked → 3 commit. Dies before 3: nothing of the slice exists, and it is taken again. A line's notification has an
/// id that was given when the line was staged, so that even a slice that was worked twice could not make two of it.
/// </remarks>
internal sealed class BulkRunner(Database database, NotificationPreparer preparer, DryRun dryRun, BundleWriter bundles, TimeProvider time, ILogger<BulkRunner> logger) : BackgroundService
{
    private const int MostSamples = 10;
    private const string KeyRoute = "bulk row";

    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ClearsUpEvery = TimeSpan.FromSeconds(30);

    private static readonly IReadOnlySet<string> NoNames = new HashSet<string>();
    private static readonly string Take = SqlText.Statement("bulk_slices_take");
    private static readonly string Done = SqlText.Statement("bulk_slices_done");
    private static readonly string Advance = SqlText.Statement("bulk_jobs_advance");

    private long clearedUpAt = long.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var worked = false;
            try
            {
                await ClearUpAsync(stoppingToken);
                worked = await RunOnceAsync(stoppingToken);
            }
            catch (NpgsqlException exception)
            {
                logger.SliceFailed(exception.SqlState ?? exception.GetType().Name);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // one slice that cannot be worked must not end the process that works the others
            catch (Exception exception)
#pragma warning restore CA1031
            {
                logger.SliceFailed(exception.GetType().Name);
            }

            if (!worked)
                await Task.Delay(Idle, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One slice of one job. False: there was nothing to do.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (await NextAsync(cancellationToken) is not var (tenant, job))
            return false;
        await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var scope = new NpgsqlBatch(connection, transaction) { BatchCommands = { Database.OpenScope(tenant) } })
            await scope.ExecuteNonQueryAsync(cancellationToken);
        var (state, slice) = await TakeAsync(connection, transaction, tenant, job, cancellationToken);
        if (state is null)
            return true;
        if (slice is null)
        {
            // Others may hold what is left of it: another job may have its turn at once.
            return await AdvanceAsync(connection, transaction, tenant, job, state.Value, cancellationToken);
        }

        var caller = new Caller(tenant, CallerKind.ServiceAccount, slice.Account, null, slice.Live, NoNames, NoNames);
        var work = await CheckAsync(slice, caller, cancellationToken);
        var taken = slice.State == BulkJobState.Running && work.Good.Count > 0
            ? await BundleWriter.WriteAsync(connection, transaction, caller, job, work.Good, traceParent: null, cancellationToken)
            : [];
        work.Refuse(taken);
        if (!await DoneAsync(connection, transaction, tenant, job, slice, work, taken, cancellationToken))
            return true;
        await transaction.CommitAsync(cancellationToken);
        if (slice.State == BulkJobState.Running && work.Good.Count > taken.Count)
        {
            var notNew = taken.Select(key => key.Index).ToHashSet();
            bundles.Announce(work.Good.Where(item => !notNew.Contains(item.Index)).Select(item => item.Prepared));
        }

        return true;
    }

    private async Task<(TenantId Tenant, Guid Job)?> NextAsync(CancellationToken cancellationToken)
    {
        await using var command = database.Worker.CreateCommand("select tenant, job from notification_meta.next_bulk_job()");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (new TenantId(reader.GetGuid(0)), reader.GetGuid(1)) : null;
    }

    private static async Task<(BulkJobState? State, BulkSlice? Slice)> TakeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, TenantId tenant, Guid job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Take, connection, transaction) { Parameters = { Id(tenant.Value), Id(job) } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ((BulkJobState)reader.GetInt16(0), BulkSlice.Read(reader)) : (null, null);
    }

    private async Task<RowWork> CheckAsync(BulkSlice slice, Caller caller, CancellationToken cancellationToken)
    {
        var (drafts, work) = (new RowDrafts(slice.Settings, slice.Map, slice.Columns), new RowWork(slice));
        for (var i = 0; i < slice.Rows.Count; i++)
        {
            if (slice.Known.Contains(i))
                continue;
            var (draft, key, wrong) = drafts.Of(slice.Rows[i], slice.DueAt(i, time.GetUtcNow()));
            if (draft is null)
            {
                work.Bad(i, wrong!);
                continue;
            }

            if (slice.IsDryRun)
            {
                await RenderAsync(slice, caller, drafts, draft, work, i, cancellationToken);
                continue;
            }

            var (prepared, issues) = await preparer.PrepareAsync(caller.Tenant, draft, slice.First.At(i), cancellationToken);
            if (prepared is null)
                work.Bad(i, drafts.ErrorOf(issues));
            else
                work.Good.Add(new BundleItem(i, prepared, key is null ? null : Entry(caller.Tenant, key, prepared)));
        }

        return work;
    }

    private async Task RenderAsync(BulkSlice slice, Caller caller, RowDrafts drafts, NotificationDraft draft, RowWork work, int index, CancellationToken cancellationToken)
    {
        var (report, issues) = await dryRun.RunAsync(caller, draft, cancellationToken);
        if (report is null)
            work.Bad(index, drafts.ErrorOf(issues));
        else if (report.Refusal is var (code, message))
            work.Bad(index, new RowError(null, code, message));
        else
            work.Rendered(index, report, slice.SamplesSoFar, MostSamples);
    }

    /// <summary>A row's own key stands for the row of any job: the same order is not told twice of, whichever file names it.</summary>
    private static IdempotencyEntry Entry(TenantId tenant, string key, PreparedNotification prepared)
    {
        var answer = JsonSerializer.SerializeToUtf8Bytes(AcceptedAnswer.Of(prepared), AcceptedJson.Default.AcceptedAnswer);
        // What it stands for is the key alone: a row that comes again with other words is still the same row.
        return new IdempotencyEntry(IdempotencyKeys.Hash($"{KeyRoute} {key}"), RequestFingerprint.Of(KeyRoute, tenant, default), answer);
    }

    private static async Task<bool> DoneAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, TenantId tenant, Guid job, BulkSlice slice, RowWork work, IReadOnlyList<TakenKey> taken, CancellationToken cancellationToken)
    {
        var repeated = taken.Count(key => key.Id is not null);
        await using var command = new NpgsqlCommand(Done, connection, transaction);
        command.Parameters.AddRange((NpgsqlParameter[])
        [
            Id(tenant.Value), Id(job), Number(slice.Number), new NpgsqlParameter<short> { TypedValue = (short)slice.State },
            Number(slice.State == BulkJobState.Running ? work.Good.Count - taken.Count : 0), Number(repeated), new NpgsqlParameter<long> { TypedValue = work.Segments },
            new NpgsqlParameter { Value = work.SamplesJson ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
            .. work.ErrorColumns(),
            new NpgsqlParameter<int[]> { TypedValue = slice.Lines },
        ]);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private async Task<bool> AdvanceAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, TenantId tenant, Guid job, BulkJobState state, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Advance, connection, transaction)
        {
            Parameters = { Id(tenant.Value), Id(job), new NpgsqlParameter<short> { TypedValue = (short)state } },
        };
        if (await command.ExecuteScalarAsync(cancellationToken) is not short now)
            return false;
        await transaction.CommitAsync(cancellationToken);
        logger.Advanced(job, ((BulkJobState)now).ToName());
        return true;
    }

    private async Task ClearUpAsync(CancellationToken cancellationToken)
    {
        if (clearedUpAt != long.MinValue && time.GetElapsedTime(clearedUpAt) < ClearsUpEvery)
            return;
        clearedUpAt = time.GetTimestamp();
        await using var command = database.Worker.CreateCommand("select notification_meta.give_up_uploads()");
        if (await command.ExecuteScalarAsync(cancellationToken) is int and > 0 and var count)
            logger.UploadsGivenUp(count);
    }

    private static NpgsqlParameter<Guid> Id(Guid id) => new() { TypedValue = id };

    private static NpgsqlParameter<int> Number(int number) => new() { TypedValue = number };
}
