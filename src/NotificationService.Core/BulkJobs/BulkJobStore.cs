using System.Runtime.CompilerServices;
using System.Text.Json;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.BulkJobs;

/// <summary>Begins uploads, reads jobs and gives them commands.</summary>
public sealed class BulkJobStore(Database database, IdempotentWork work, Ids ids, TimeProvider time)
{
    /// <summary>Deliveries that one call of retry-failed tries again.</summary>
    public const int MaxRetried = 1_000;

    private const int Page = MaxRetried;

    private static readonly Statement Find = Statement.Load("bulk_jobs_find");
    private static readonly Statement Command = Statement.Load("bulk_jobs_command");
    private static readonly Column Changed = Command.Column("changed");
    private static readonly Statement Settle = Statement.Load("batches_settle");
    private static readonly Statement Errors = Statement.Load("bulk_errors_page");
    private static readonly Statement CellsOfRange = Statement.Load("bulk_row_ranges_cells");
    private static readonly Column Cells = CellsOfRange.Column("cells");
    private static readonly Statement Range = Statement.Load("bulk_results_range");
    private static readonly Statement RowAt = Statement.Load("bulk_row_ranges_at");
    private static readonly Statement Deliveries = Statement.Load("bulk_results_deliveries");
    private static readonly Statement Failed = Statement.Load("bulk_failed");
    private static readonly Column FailedId = Failed.Column("id");

    public Task<BulkUpload> BeginAsync(Caller caller, string? name, IReadOnlyList<string> headers, char delimiter, string encoding, CancellationToken cancellationToken) =>
        BulkUpload.BeginAsync(database, work, ids, caller, name, headers, delimiter, encoding, time.GetUtcNow(), cancellationToken);

    /// <summary>Adds corrected rows to a job; null when it cannot be continued.</summary>
    public Task<BulkUpload?> ContinueAsync(Caller caller, Guid job, CancellationToken cancellationToken) => BulkUpload.ContinueAsync(database, work, ids, caller, job, cancellationToken);

    public async Task<BulkJob?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        BulkJob? found = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Find.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id)));
        await batch.CommitAsync(row => found = Read(row), cancellationToken);
        return found;
    }

    /// <summary>Gives a job a command, once under a caller's key. Refused: there is no such job, or the command does not fit its state.</summary>
    /// <param name="response">What is answered to the job as it stands then, JSON in UTF-8; asked for in the same transaction.</param>
    public Task<IdempotentOutcome<BulkJob?>> CommandAsync(
        TenantId tenant, Guid id, BulkCommand command, IdempotentRequest? idempotent, Func<NpgsqlConnection, BulkJob, Task<byte[]>> response, CancellationToken cancellationToken) =>
        work.RunAsync<BulkJob?>(
            tenant, idempotent, 200,
            async connection =>
            {
                var (isChanged, found) = (false, default(BulkJob));
                await using (var batch = TenantBatch.Within(connection))
                {
                    batch.Add(tenant, Command.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id), Parameter.Of("command", (short)command)));
                    batch.Add(tenant, Find.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id)));
                    batch.Add(tenant, Settle.With(Parameter.Of("batch", id)));
                    await batch.RunAsync(
                        (row, statement) =>
                        {
                            if (statement == 0)
                                isChanged = row.GetBoolean(Changed);
                            else if (statement == 1)
                                found = Read(row);
                        },
                        cancellationToken);
                }

                return (found, isChanged && found is not null ? await response(connection, found) : null);
            },
            cancellationToken);

    /// <summary>Bad rows in the order of the file, as many as there are, a page in memory at a time.</summary>
    public async IAsyncEnumerable<BadRow> ErrorsAsync(TenantId tenant, Guid id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = new List<(int Range, int Index, int Line, string? Column, string Code, string Message)>(Page);
        var (range, index, cells) = (-1, -1, (IReadOnlyList<IReadOnlyList<string>>)[]);
        do
        {
            page.Clear();
            await using (var batch = await TenantBatch.OpenAsync(database.App, cancellationToken))
            {
                batch.Add(tenant, Errors.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("job", id), Parameter.Of("after_range", range), Parameter.Of("after_index", index), Parameter.Of("max", Page)));
                await batch.CommitAsync(row => page.Add((row.GetInt32(OfError.Number), row.GetInt32(OfError.Index), row.GetInt32(OfError.Line), row.GetStringOrNull(OfError.Col), row.GetString(OfError.Code), row.GetString(OfError.Message))), cancellationToken);
            }

            foreach (var bad in page)
            {
                if (bad.Range != range)
                    cells = await CellsAsync(tenant, id, bad.Range, cancellationToken);
                (range, index) = (bad.Range, bad.Index);
                yield return new BadRow(bad.Line, bad.Column, bad.Code, bad.Message, index < cells.Count ? cells[index] : []);
            }
        }
        while (page.Count == Page);
    }

    private async Task<IReadOnlyList<IReadOnlyList<string>>> CellsAsync(TenantId tenant, Guid id, int range, CancellationToken cancellationToken)
    {
        IReadOnlyList<IReadOnlyList<string>> cells = [];
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, CellsOfRange.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("job", id), Parameter.Of("number", range)));
        await batch.CommitAsync(row => cells = JsonSerializer.Deserialize(row.GetString(Cells), BulkJson.Default.IReadOnlyListIReadOnlyListString) ?? [], cancellationToken);
        return cells;
    }

    /// <summary>How many rows came, and the row range and place in it of the one that has so many before it; null: there are no more than that.</summary>
    public async Task<(long Total, (int Range, int Index)? Place)> RowAtAsync(TenantId tenant, Guid id, int rowsBefore, CancellationToken cancellationToken)
    {
        (long, (int, int)?) found = default;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, RowAt.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("job", id), Parameter.Of("rows_before", rowsBefore)));
        await batch.CommitAsync(row => found = (row.GetInt64(OfRowAt.Total), row.IsDBNull(OfRowAt.Number) ? null : (row.GetInt32(OfRowAt.Number), row.GetInt32(OfRowAt.Index))), cancellationToken);
        return found;
    }

    /// <summary>Every row and what became of it, a row range in memory at a time.</summary>
    /// <param name="range">The row range to begin with.</param>
    public async IAsyncEnumerable<(int Range, RowResult Row)> ResultsAsync(TenantId tenant, Guid id, int range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await RangeAsync(tenant, id, range, cancellationToken) is { } rows)
        {
            foreach (var row in rows)
                yield return (range, row);
            range++;
        }
    }

    private async Task<List<RowResult>?> RangeAsync(TenantId tenant, Guid id, int number, CancellationToken cancellationToken)
    {
        (NotificationId First, short State, int[] Lines, IReadOnlyList<IReadOnlyList<string>> Rows, Dictionary<int, (string Code, string Message, bool Corrected)> Errors)? found = null;
        await using (var batch = await TenantBatch.OpenAsync(database.App, cancellationToken))
        {
            batch.Add(tenant, Range.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("job", id), Parameter.Of("number", number)));
            await batch.CommitAsync(
                row => found = (
                    new NotificationId(row.GetGuid(OfRange.FirstId)), row.GetInt16(OfRange.State), row.GetFieldValue<int[]>(OfRange.Lines),
                    JsonSerializer.Deserialize(row.GetString(OfRange.Cells), BulkJson.Default.IReadOnlyListIReadOnlyListString) ?? [], ErrorsOf(row.GetStringOrNull(OfRange.Errors))),
                cancellationToken);
        }

        if (found is not var (first, state, lines, rows, errors))
            return null;
        var statuses = new Dictionary<NotificationId, List<(DeliveryStatus Status, string? Code, string? Message)>>();
        await using (var batch = await TenantBatch.OpenAsync(database.App, cancellationToken))
        {
            batch.Add(
                tenant,
                Deliveries.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("job", id), Parameter.Of("first_id", first.Value), Parameter.Of("last_id", first.At(rows.Count - 1).LastDelivery)));
            await batch.CommitAsync(
                row =>
                {
                    var notification = new DeliveryId(row.GetGuid(OfDelivery.Id)).Notification;
                    if (!statuses.TryGetValue(notification, out var list))
                        statuses[notification] = list = [];
                    list.Add(((DeliveryStatus)row.GetInt16(OfDelivery.Status), row.GetStringOrNull(OfDelivery.FailureCode), row.GetStringOrNull(OfDelivery.FailureMessage)));
                },
                cancellationToken);
        }

        return
        [
            .. rows.Select((cells, i) => errors.TryGetValue(i, out var error)
                ? new RowResult(lines[i], cells, error.Corrected ? "mended" : "bad", null, error.Code, error.Message)
                : statuses.TryGetValue(first.At(i), out var deliveries)
                    ? new RowResult(
                        lines[i], cells, NotificationStatus.NameOf(deliveries.Select(delivery => delivery.Status)), first.At(i).Value,
                        deliveries.Find(delivery => delivery.Code is not null).Code, deliveries.Find(delivery => delivery.Code is not null).Message)
                    : new RowResult(lines[i], cells, state == 2 ? "repeated" : "staged", null, null, null)),
        ];
    }

    /// <summary>Some of its deliveries that failed and could be tried again.</summary>
    public async Task<IReadOnlyList<Guid>> FailedAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        var failed = new List<Guid>();
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Failed.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("job", id), Parameter.Of("max", Page)));
        await batch.CommitAsync(row => failed.Add(row.GetGuid(FailedId)), cancellationToken);
        return failed;
    }

    internal static BulkJob Read(NpgsqlDataReader row) => new(
        row.GetGuid(OfJob.Id),
        row.GetStringOrNull(OfJob.Name),
        (BulkJobState)row.GetInt16(OfJob.State),
        row.GetStringOrNull(OfJob.Reason),
        row.GetStringOrNull(OfJob.ReasonMessage),
        (BulkMode)row.GetInt16(OfJob.Mode),
        row.GetBoolean(OfJob.DryRun),
        row.GetBoolean(OfJob.Live),
        row.GetInt16(OfJob.State) == (short)BulkJobState.Uploading || row.GetString(OfJob.Settings) == "{}" ? null : JsonSerializer.Deserialize(row.GetString(OfJob.Settings), BulkJson.Default.BulkJobSettings),
        JsonSerializer.Deserialize(row.GetString(OfJob.Columns), BulkJson.Default.IReadOnlyListString) ?? [],
        row.GetString(OfJob.Map) == "[]" ? null : JsonSerializer.Deserialize(row.GetString(OfJob.Map), BulkJson.Default.ColumnTargets),
        row.GetString(OfJob.Delimiter)[0],
        row.GetString(OfJob.Encoding),
        row.GetStringOrNull(OfJob.FileHash),
        row.GetOrNull<long>(OfJob.FileBytes),
        row.GetInt32(OfJob.RowsTotal),
        row.GetInt32(OfJob.RowsDone),
        row.GetInt32(OfJob.RowsQueued),
        row.GetInt32(OfJob.RowsRepeated),
        row.GetInt32(OfJob.RowsBad),
        row.GetInt64(OfJob.SmsSegments),
        row.IsDBNull(OfJob.Samples) ? [] : JsonSerializer.Deserialize(row.GetString(OfJob.Samples), BulkJson.Default.IReadOnlyListBulkSample) ?? [],
        row.GetTime(OfJob.CreatedAt),
        row.GetOrNull<DateTimeOffset>(OfJob.EndedAt),
        row.GetOrNull<double>(OfJob.Rate),
        row.GetOrNull<double>(OfJob.Eta));

    private static Dictionary<int, (string Code, string Message, bool Corrected)> ErrorsOf(string? text)
    {
        var errors = new Dictionary<int, (string, string, bool)>();
        if (text is null)
            return errors;
        using var json = JsonDocument.Parse(text);
        foreach (var error in json.RootElement.EnumerateArray())
            errors[error.GetProperty("index").GetInt32()] = (error.GetProperty("code").GetString() ?? "", error.GetProperty("message").GetString() ?? "", error.GetProperty("mended").GetBoolean());
        return errors;
    }

    /// <summary>The same of one job and of a list.</summary>
    private static class OfJob
    {
        public static readonly Column
            Id = Of("id"), Name = Of("name"), State = Of("state"), Reason = Of("reason"), ReasonMessage = Of("reason_message"), Mode = Of("mode"),
            DryRun = Of("dry_run"), Live = Of("live"), Settings = Of("settings"), Columns = Of("columns"), Map = Of("map"), Delimiter = Of("delimiter"),
            Encoding = Of("encoding"), FileHash = Of("file_hash"), FileBytes = Of("file_bytes"), RowsTotal = Of("rows_total"), RowsDone = Of("rows_done"),
            RowsQueued = Of("rows_queued"), RowsRepeated = Of("rows_repeated"), SmsSegments = Of("sms_segments"), Samples = Of("samples"),
            CreatedAt = Of("created_at"), EndedAt = Of("ended_at"), RowsBad = Of("rows_bad"), Rate = Of("rate"), Eta = Of("eta");

        private static Column Of(string name) => new(name, Find, BulkJobList.List);
    }

    private static class OfError
    {
        public static readonly Column
            Number = Errors.Column("number"), Index = Errors.Column("index"), Line = Errors.Column("line"), Col = Errors.Column("col"),
            Code = Errors.Column("code"), Message = Errors.Column("message");
    }

    private static class OfRowAt
    {
        public static readonly Column
            Total = RowAt.Column("total"), Number = RowAt.Column("number"), Index = RowAt.Column("index");
    }

    private static class OfRange
    {
        public static readonly Column
            FirstId = Range.Column("first_id"), State = Range.Column("state"), Lines = Range.Column("lines"), Cells = Range.Column("cells"),
            Errors = Range.Column("errors");
    }

    private static class OfDelivery
    {
        public static readonly Column
            Id = Deliveries.Column("id"), Status = Deliveries.Column("status"), FailureCode = Deliveries.Column("failure_code"),
            FailureMessage = Deliveries.Column("failure_message");
    }
}
