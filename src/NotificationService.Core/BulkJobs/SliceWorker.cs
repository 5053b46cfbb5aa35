using Microsoft.Extensions.Logging;
using Npgsql;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.BulkJobs;

/// <summary>Works one slice of a job.</summary>
/// <remarks>
/// In one transaction: lock a slice, check and plan its rows, store the good ones, note the bad ones, and count – only if the job is still to be
/// worked. Dies before the commit: nothing of the slice exists, and it is taken again. A line's notification has an id that its slice fixes, so
/// that even a slice that was worked twice could not make two of it. What fails is tried again later, at last row by row, and not for ever.
/// </remarks>
internal sealed class SliceWorker(Database database, NotificationPreparer preparer, DryRun dryRun, BundleWriter bundles, Ids ids, TimeProvider time, ILogger<SliceWorker> logger)
{
    private const int MostSamples = 10;
    private const int MostTries = 5;

    /// <summary>From then on one row that fails does not take the others of its slice with it.</summary>
    private const int TriesAsWhole = 2;
    private const string KeyRoute = "bulk row";
    private const string RowSavepoint = "one_row";

    private static readonly IReadOnlySet<string> NoNames = new HashSet<string>();
    private static readonly string Take = SqlText.Statement("bulk_slices_take");
    private static readonly string Hold = SqlText.Statement("bulk_jobs_hold");
    private static readonly string Done = SqlText.Statement("bulk_slices_done");
    private static readonly string Failed = SqlText.Statement("bulk_slices_failed");
    private static readonly string Advance = SqlText.Statement("bulk_jobs_advance");

    /// <summary>A slice of the job, or its next pass. False: there was nothing to do.</summary>
    public async Task<bool> RunAsync(TenantId tenant, Guid job, CancellationToken cancellationToken)
    {
        (int Slice, FoundRecipients Recipients)? found = null;
        while (true)
        {
            var (worked, lacking) = await RunAsync(tenant, job, found, cancellationToken);
            if (lacking is null)
                return worked;
            // Nothing of the database is held while somebody outside is asked: the slice is taken again afterwards, unless another worker was quicker.
            if (await FindRecipientsAsync(tenant, job, lacking, cancellationToken) is not { } recipients)
                return true;
            found = (lacking.Number, recipients);
        }
    }

    /// <summary>Whether there was something to do; or the slice whose recipients have to be looked up first.</summary>
    private async Task<(bool Worked, BulkSlice? Lacking)> RunAsync(TenantId tenant, Guid job, (int Slice, FoundRecipients Recipients)? found, CancellationToken cancellationToken)
    {
        BulkSlice? slice = null;
        try
        {
            await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using (var scope = new NpgsqlBatch(connection, transaction) { BatchCommands = { Database.OpenScope(tenant) } })
                await scope.ExecuteNonQueryAsync(cancellationToken);
            (var state, slice) = await TakeAsync(connection, transaction, tenant, job, cancellationToken);
            if (state is null)
                return (true, null);
            if (slice is null)
                return (await AdvanceAsync(connection, transaction, tenant, job, state.Value, cancellationToken), null);
            if (preparer.AsksForRecipients && found?.Slice != slice.Number)
                return (true, slice);
            await RunAsync(connection, transaction, tenant, job, slice.Of(time.GetUtcNow(), ids) with { Recipients = found?.Recipients }, cancellationToken);
        }
        catch (Exception exception) when (slice is not null && !Passes(exception))
        {
            // The transaction is over: the slice is free and as it was.
            await FailedAsync(tenant, job, slice, exception, cancellationToken);
        }

        return (true, null);
    }

    /// <summary>Null: it failed, which is counted as any other failure of the slice is.</summary>
    private async Task<FoundRecipients?> FindRecipientsAsync(TenantId tenant, Guid job, BulkSlice slice, CancellationToken cancellationToken)
    {
        try
        {
            return await preparer.FindRecipientsAsync(tenant, Drafts(slice), cancellationToken);
        }
        catch (Exception exception) when (!Passes(exception))
        {
            await FailedAsync(tenant, job, slice, exception, cancellationToken);
            return null;
        }
    }

    private static List<NotificationDraft> Drafts(BulkSlice slice)
    {
        var (drafts, found) = (new RowDrafts(slice.Settings, slice.Map, slice.Columns), new List<NotificationDraft>(slice.Rows.Count));
        for (var i = 0; i < slice.Rows.Count; i++)
        {
            try
            {
                if (!slice.Known.Contains(i) && drafts.Of(slice.Rows[i], sendAt: null).Draft is { } draft)
                    found.Add(draft);
            }
            catch (Exception exception) when (slice.Tries >= TriesAsWhole && !Passes(exception))
            {
                // Nobody is asked about for it: the row is set apart when its turn comes.
            }
        }

        return found;
    }

    private async Task RunAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, TenantId tenant, Guid job, BulkSlice slice, CancellationToken cancellationToken)
    {
        var caller = new Caller(tenant, CallerKind.ServiceAccount, slice.Account, null, slice.Live, NoNames, NoNames);
        var work = await CheckAsync(job, slice, caller, cancellationToken);
        IReadOnlyList<TakenKey> taken = [];
        if (slice.State == BulkJobState.Running && work.Good.Count > 0)
        {
            taken = slice.Tries < TriesAsWhole
                ? await BundleWriter.WriteAsync(connection, transaction, caller, job, work.Good, traceParent: null, cancellationToken)
                : await WriteOneByOneAsync(connection, transaction, caller, job, slice, work, cancellationToken);
        }

        work.Refuse(taken);
        if (!await DoneAsync(connection, transaction, tenant, job, slice, work, taken, cancellationToken))
            return;
        await transaction.CommitAsync(cancellationToken);
        if (slice.State == BulkJobState.Running && work.Good.Count > taken.Count)
        {
            var notNew = taken.Select(key => key.Index).ToHashSet();
            bundles.Announce(work.Good.Where(item => !notNew.Contains(item.Index)).Select(item => item.Prepared));
        }
    }

    /// <summary>What is wrong with the database, and not with the slice; with another process, or with nothing but the moment.</summary>
    private static bool Passes(Exception exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } => false, // slow: row by row it may not be
        PostgresException postgres => postgres.SqlState[..2] is "08" or "40" or "53" or "55" or "57",
        NpgsqlException npgsql => npgsql.InnerException is not TimeoutException,
        OperationCanceledException or RecipientsUnavailableException => true,
        _ => false,
    };

    private async Task FailedAsync(TenantId tenant, Guid job, BulkSlice slice, Exception exception, CancellationToken cancellationToken)
    {
        var (tries, isOver) = (slice.Tries + 1, false);
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Failed, Id(tenant.Value), Id(job), Number(slice.Number), Number(MostTries));
        await batch.CommitAsync(row => (tries, isOver) = (row.GetInt16(0), row.GetBoolean(1)), cancellationToken);
        logger.TryFailed(job, slice.Number, tries, Outage.Reason(exception));
        if (isOver)
            logger.JobFailed(job, slice.Number, Outage.Reason(exception));
    }

    private static async Task<(BulkJobState? State, BulkSlice? Slice)> TakeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, TenantId tenant, Guid job, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Take, connection, transaction) { Parameters = { Id(tenant.Value), Id(job) } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ((BulkJobState)reader.GetInt16(0), BulkSlice.Read(reader)) : (null, null);
    }

    private async Task<RowWork> CheckAsync(Guid job, BulkSlice slice, Caller caller, CancellationToken cancellationToken)
    {
        var (drafts, work) = (new RowDrafts(slice.Settings, slice.Map, slice.Columns), new RowWork(slice));
        for (var i = 0; i < slice.Rows.Count; i++)
        {
            if (slice.Known.Contains(i))
                continue;
            try
            {
                await CheckAsync(slice, caller, drafts, work, i, cancellationToken);
            }
            catch (Exception exception) when (slice.Tries >= TriesAsWhole && !Passes(exception))
            {
                logger.RowFailed(job, slice.Number, Outage.Reason(exception));
                work.Unworkable(i);
            }
        }

        return work;
    }

    private async Task CheckAsync(BulkSlice slice, Caller caller, RowDrafts drafts, RowWork work, int index, CancellationToken cancellationToken)
    {
        var (draft, key, wrong) = drafts.Of(slice.Rows[index], slice.DueAt(index, time.GetUtcNow()));
        if (draft is null)
        {
            work.Bad(index, wrong!);
            return;
        }

        if (slice.IsDryRun)
        {
            await RenderAsync(slice, caller, drafts, draft, work, index, cancellationToken);
            return;
        }

        var (prepared, issues) = await preparer.PrepareAsync(caller.Tenant, draft, slice.First.At(index), slice.Recipients, cancellationToken);
        if (prepared is null)
            work.Bad(index, drafts.ErrorOf(issues));
        else
            work.Good.Add(new BundleItem(index, prepared, key is null ? null : Entry(caller, key, prepared)));
    }

    private async Task RenderAsync(BulkSlice slice, Caller caller, RowDrafts drafts, NotificationDraft draft, RowWork work, int index, CancellationToken cancellationToken)
    {
        var (report, issues) = await dryRun.RunAsync(caller, draft, slice.Recipients, cancellationToken);
        if (report is null)
            work.Bad(index, drafts.ErrorOf(issues));
        else if (report.Refusal is var (code, message))
            work.Bad(index, new RowError(null, code, message));
        else
            work.Rendered(index, report, slice.SamplesSoFar, MostSamples);
    }

    /// <summary>Rows that the database refuses become bad ones.</summary>
    private async Task<IReadOnlyList<TakenKey>> WriteOneByOneAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Caller caller, Guid job, BulkSlice slice, RowWork work, CancellationToken cancellationToken)
    {
        var taken = new List<TakenKey>();
        foreach (var item in work.Good.ToList())
        {
            await transaction.SaveAsync(RowSavepoint, cancellationToken);
            try
            {
                taken.AddRange(await BundleWriter.WriteAsync(connection, transaction, caller, job, [item], traceParent: null, cancellationToken));
                await transaction.ReleaseAsync(RowSavepoint, cancellationToken);
            }
            catch (PostgresException exception) when (!Passes(exception))
            {
                await transaction.RollbackAsync(RowSavepoint, cancellationToken);
                logger.RowFailed(job, slice.Number, Outage.Reason(exception));
                work.Good.Remove(item);
                work.Unworkable(item.Index);
            }
        }

        return taken;
    }

    /// <summary>A row's own key stands for the row of any job: the same order is not told twice of, whichever file names it.</summary>
    private static IdempotencyEntry Entry(Caller caller, string key, PreparedNotification prepared)
    {
        var answer = ReadableJson.Utf8(AcceptedAnswer.Of(prepared), AcceptedJson.Default.AcceptedAnswer);
        // What it stands for is the key alone: a row that comes again with other words is still the same row.
        return new IdempotencyEntry(IdempotencyKeys.Hash($"{KeyRoute} {key}", caller.Live), RequestFingerprint.Of(KeyRoute, caller.Tenant, default), answer);
    }

    private static async Task<bool> DoneAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, TenantId tenant, Guid job, BulkSlice slice, RowWork work, IReadOnlyList<TakenKey> taken, CancellationToken cancellationToken)
    {
        var state = (short)slice.State;
        await using (var hold = new NpgsqlCommand(Hold, connection, transaction) { Parameters = { Id(tenant.Value), Id(job), new NpgsqlParameter<short> { TypedValue = state } } })
        {
            if (await hold.ExecuteScalarAsync(cancellationToken) is null)
                return false;
        }

        await using var command = new NpgsqlCommand(Done, connection, transaction);
        command.Parameters.AddRange((NpgsqlParameter[])
        [
            Id(tenant.Value), Id(job), Number(slice.Number), new NpgsqlParameter<short> { TypedValue = state },
            Number(slice.State == BulkJobState.Running ? work.Good.Count - taken.Count : 0), Number(taken.Count(key => key.Id is not null)), new NpgsqlParameter<long> { TypedValue = work.Segments },
            new NpgsqlParameter { Value = work.SamplesJson ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
            .. work.ErrorColumns(),
            new NpgsqlParameter<int[]> { TypedValue = slice.Lines }, Id(slice.First.Value), Number(MostSamples),
        ]);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return true;
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

    private static NpgsqlParameter<Guid> Id(Guid id) => new() { TypedValue = id };

    private static NpgsqlParameter<int> Number(int number) => new() { TypedValue = number };
}
