using Microsoft.Extensions.Logging;
using NotificationService.Notifications;
using NotificationService.Quotas;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.BulkJobs;

/// <summary>Works one row range of a job.</summary>
/// <remarks>
/// In one transaction: lock a row range, check and plan its rows, store the good ones, note the bad ones, and count – only if the job is still to be
/// worked. Dies before the commit: nothing of the row range exists, and it is taken again. A line's notification has an id that its row range fixes, so
/// that even a row range that was worked twice could not make two of it. What fails is tried again later, at last row by row, and not for ever.
/// </remarks>
internal sealed class RowRangeWorker(Database database, NotificationPreparer preparer, SendQuotas quotas, DryRun dryRun, NotificationStore notifications, Ids ids, TimeProvider time, ILogger<RowRangeWorker> logger)
{
    private const int MaxSamples = 10;
    private const int MaxTries = 5;

    /// <summary>From then on one row that fails does not take the others of its row range with it.</summary>
    private const int TriesAsWhole = 2;
    private const string KeyRoute = "bulk row";
    private const string RowSavepoint = "one_row";

    private static readonly IReadOnlySet<string> NoNames = new HashSet<string>();
    private static readonly Statement Hold = Statement.Load("bulk_jobs_hold");
    private static readonly Statement Done = Statement.Load("bulk_row_ranges_done");
    private static readonly Statement Failed = Statement.Load("bulk_row_ranges_failed");
    private static readonly Column Tries = Failed.Column("tries");
    private static readonly Column IsOver = Failed.Column("is_over");
    private static readonly Statement Advance = Statement.Load("bulk_jobs_advance");

    /// <summary>A row range of the job, or its next pass. False: there was nothing to do.</summary>
    public async Task<bool> RunAsync(TenantId tenant, Guid job, CancellationToken cancellationToken)
    {
        (int Range, FoundRecipients Recipients)? found = null;
        // Asked for beforehand: while a row range is held there is one connection, and no more is asked for.
        var asks = await preparer.AsksForRecipientsAsync(tenant, cancellationToken);
        while (true)
        {
            var (worked, lacking) = await RunAsync(tenant, job, asks, found, cancellationToken);
            if (lacking is null)
                return worked;
            // Nothing of the database is held while recipients are looked up: the row range is taken again afterwards, unless another worker was quicker.
            if (await FindRecipientsAsync(tenant, job, lacking, cancellationToken) is not { } recipients)
                return true;
            found = (lacking.Number, recipients);
        }
    }

    /// <summary>Whether there was something to do; or the row range whose recipients have to be looked up first.</summary>
    private async Task<(bool Worked, RowRange? Lacking)> RunAsync(TenantId tenant, Guid job, bool asks, (int Range, FoundRecipients Recipients)? found, CancellationToken cancellationToken)
    {
        RowRange? range = null;
        try
        {
            await using var connection = await database.App.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using (var scope = new NpgsqlBatch(connection, transaction) { BatchCommands = { Database.OpenScope(tenant) } })
                await scope.ExecuteNonQueryAsync(cancellationToken);
            (var state, range) = await TakeAsync(connection, tenant, job, cancellationToken);
            if (state is null)
                return (true, null);
            if (range is null)
                return (await AdvanceAsync(connection, transaction, tenant, job, state.Value, cancellationToken), null);
            if (asks && found?.Range != range.Number)
                return (true, range);
            await RunAsync(connection, transaction, tenant, job, range.Of(time.GetUtcNow(), ids) with { Recipients = found?.Recipients ?? FoundRecipients.Unasked }, cancellationToken);
        }
        catch (Exception exception) when (range is not null && !Passes(exception))
        {
            // The transaction is over: the row range is free and as it was.
            await FailedAsync(tenant, job, range, exception, cancellationToken);
        }

        return (true, null);
    }

    /// <summary>Null: it failed, which is counted as any other failure of the row range is.</summary>
    private async Task<FoundRecipients?> FindRecipientsAsync(TenantId tenant, Guid job, RowRange range, CancellationToken cancellationToken)
    {
        try
        {
            return await preparer.FindRecipientsAsync(tenant, range.Live, Requests(range), cancellationToken);
        }
        catch (Exception exception) when (!Passes(exception))
        {
            await FailedAsync(tenant, job, range, exception, cancellationToken);
            return null;
        }
    }

    private static List<NotificationRequest> Requests(RowRange range)
    {
        var (requests, found) = (new RowRequests(range.Settings, range.Map, range.Columns), new List<NotificationRequest>(range.Rows.Count));
        for (var i = 0; i < range.Rows.Count; i++)
        {
            try
            {
                if (!range.Known.Contains(i) && requests.Of(range.Rows[i], sendAt: null).Notification is { } request)
                    found.Add(request);
            }
            catch (Exception exception) when (range.Tries >= TriesAsWhole && !Passes(exception))
            {
                // Nobody is asked about for it: the row is set apart when its turn comes.
            }
        }

        return found;
    }

    private async Task RunAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, TenantId tenant, Guid job, RowRange range, CancellationToken cancellationToken)
    {
        var caller = new Caller(tenant, CallerKind.ServiceAccount, range.Account, null, range.Live, NoNames, NoNames);
        // Rows that are only looked at take nothing of the day.
        using var reserved = range.State == BulkJobState.Running ? await quotas.BeginAsync(caller, range.Rows.Count, cancellationToken) : null;
        var work = await CheckAsync(job, range, caller, reserved, cancellationToken);
        IReadOnlyList<AcceptOutcome> outcomes = [];
        if (range.State == BulkJobState.Running && work.Good.Count > 0)
        {
            outcomes = range.Tries < TriesAsWhole
                ? await NotificationStore.AcceptAsync(connection, work.Good, job, cancellationToken)
                : await AcceptOneByOneAsync(connection, transaction, job, range, work.Good, cancellationToken);
        }

        work.Stored(outcomes);
        if (!await DoneAsync(connection, tenant, job, range, work, cancellationToken))
            return;
        await transaction.CommitAsync(cancellationToken);
        if (outcomes.Count > 0)
        {
            notifications.Announce(work.Good, outcomes);
            reserved?.Keep(work.Good, outcomes);
        }
    }

    /// <summary>What is wrong with the database, and not with the row range; with another process, or with nothing but the moment.</summary>
    private static bool Passes(Exception exception) => exception is RecipientsUnavailableException || DatabaseFailures.Of(exception) switch
    {
        DatabaseFailure.Cancelled or DatabaseFailure.Disposed => true,
        var failure when failure.IsOfTheTime() => false, // slow: row by row it may not be
        var failure => failure.Passes(),
    };

    private async Task FailedAsync(TenantId tenant, Guid job, RowRange range, Exception exception, CancellationToken cancellationToken)
    {
        var (tries, isOver) = (range.Tries + 1, false);
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(
            tenant,
            Failed.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("job", job), Parameter.Of("number", range.Number), Parameter.Of("max_tries", MaxTries)));
        await batch.CommitAsync(row => (tries, isOver) = (row.GetInt16(Tries), row.GetBoolean(IsOver)), cancellationToken);
        logger.TryFailed(job, range.Number, tries, Outage.Reason(exception));
        if (isOver)
            logger.JobFailed(job, range.Number, Outage.Reason(exception));
    }

    private static async Task<(BulkJobState? State, RowRange? Range)> TakeAsync(
        NpgsqlConnection connection, TenantId tenant, Guid job, CancellationToken cancellationToken)
    {
        await using var command = RowRange.Take.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("job", job)).On(connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (RowRange.JobStateOf(reader), RowRange.Read(reader)) : (null, null);
    }

    private async Task<RowWork> CheckAsync(Guid job, RowRange range, Caller caller, QuotaReservation? reserved, CancellationToken cancellationToken)
    {
        var (requests, work) = (new RowRequests(range.Settings, range.Map, range.Columns), new RowWork(range));
        // What a row's key identifies is the key alone: a row that comes again with other words is still the same row.
        var fingerprint = RequestFingerprint.Of(KeyRoute, caller.Tenant, default);
        for (var i = 0; i < range.Rows.Count; i++)
        {
            if (range.Known.Contains(i))
                continue;
            try
            {
                await CheckAsync(range, caller, requests, fingerprint, work, i, reserved, cancellationToken);
            }
            catch (Exception exception) when (range.Tries >= TriesAsWhole && !Passes(exception))
            {
                logger.RowFailed(job, range.Number, Outage.Reason(exception));
                work.Unworkable(i);
            }
        }

        return work;
    }

    private async Task CheckAsync(RowRange range, Caller caller, RowRequests requests, byte[] fingerprint, RowWork work, int index, QuotaReservation? reserved, CancellationToken cancellationToken)
    {
        var (request, key, wrong) = requests.Of(range.Rows[index], range.DueAt(index, time.GetUtcNow()));
        if (request is null)
        {
            work.Bad(index, wrong!);
            return;
        }

        if (range.IsDryRun)
        {
            await RenderAsync(range, caller, requests, request, work, index, cancellationToken);
            return;
        }

        var (prepared, issues) = await preparer.PrepareAsync(caller, request, range.First.At(index), range.Recipients, reserved, cancellationToken);
        if (prepared is null)
            work.Bad(index, requests.ErrorOf(issues));
        else
            work.Take(index, AcceptedNotification.Of(caller, prepared, key is null ? null : Entry(caller, key, fingerprint, prepared.Id), traceParent: null));
    }

    private async Task RenderAsync(RowRange range, Caller caller, RowRequests requests, NotificationRequest request, RowWork work, int index, CancellationToken cancellationToken)
    {
        var (report, issues) = await dryRun.RunAsync(caller, request, range.Recipients, cancellationToken);
        if (report is null)
            work.Bad(index, requests.ErrorOf(issues));
        else if (report.Refusal is var (code, message))
            work.Bad(index, new RowError(null, code, message));
        else
            work.Rendered(index, report, range.SamplesSoFar, MaxSamples);
    }

    /// <summary>Rows that the database refuses are refused by themselves.</summary>
    private async Task<IReadOnlyList<AcceptOutcome>> AcceptOneByOneAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid job, RowRange range, List<AcceptedNotification> rows, CancellationToken cancellationToken)
    {
        var outcomes = new List<AcceptOutcome>(rows.Count);
        foreach (var row in rows)
        {
            await transaction.SaveAsync(RowSavepoint, cancellationToken);
            try
            {
                outcomes.AddRange(await NotificationStore.AcceptAsync(connection, [row], job, cancellationToken));
                await transaction.ReleaseAsync(RowSavepoint, cancellationToken);
            }
            catch (Exception exception) when (DatabaseFailures.Of(exception).IsOfTheStatement())
            {
                await transaction.RollbackAsync(RowSavepoint, cancellationToken);
                logger.RowFailed(job, range.Number, Outage.Reason(exception));
                outcomes.Add(new AcceptOutcome.Refused(exception));
            }
        }

        return outcomes;
    }

    /// <summary>A row's own key identifies the row of any job: the same order is not announced twice, whichever file names it.</summary>
    private static IdempotencyEntry Entry(Caller caller, string key, byte[] fingerprint, NotificationId id) =>
        new(IdempotencyKeys.Hash($"{KeyRoute} {key}", caller.Live), fingerprint, KeptId.Of(id));

    private static async Task<bool> DoneAsync(
        NpgsqlConnection connection, TenantId tenant, Guid job, RowRange range, RowWork work, CancellationToken cancellationToken)
    {
        var state = (short)range.State;
        await using (var hold = Hold.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("job", job), Parameter.Of("state", state)).On(connection))
        {
            if (await hold.ExecuteScalarAsync(cancellationToken) is null)
                return false;
        }

        await using var command = Done.With([
            Parameter.Of("tenant", tenant.Value), Parameter.Of("job", job), Parameter.Of("number", range.Number), Parameter.Of("state", state),
            Parameter.Of("queued", work.Queued), Parameter.Of("repeated", work.Repeated), Parameter.Of("segments", work.Segments),
            Parameter.OrNull("samples", work.SamplesJson),
            .. work.ErrorColumns(),
            Parameter.Of("lines", range.CorrectedLines), Parameter.Of("first_id", range.First.Value), Parameter.Of("max_samples", MaxSamples)]).On(connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    private async Task<bool> AdvanceAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, TenantId tenant, Guid job, BulkJobState state, CancellationToken cancellationToken)
    {
        await using var command = Advance.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("job", job), Parameter.Of("state", (short)state)).On(connection);
        if (await command.ExecuteScalarAsync(cancellationToken) is not short now)
            return false;
        await transaction.CommitAsync(cancellationToken);
        logger.Advanced(job, ((BulkJobState)now).ToName());
        return true;
    }
}
