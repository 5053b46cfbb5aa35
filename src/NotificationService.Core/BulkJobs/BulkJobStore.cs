using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.BulkJobs;

/// <summary>Begins uploads, reads jobs and gives them commands.</summary>
public sealed class BulkJobStore(Database database, IdempotentWork work, Ids ids, TimeProvider time)
{
    /// <summary>Deliveries that one call of retry-failed tries again.</summary>
    public const int MaxRetried = 1_000;

    private const int Page = MaxRetried;

    private static readonly string Find = SqlText.Statement("bulk_jobs_find");
    private static readonly string Command = SqlText.Statement("bulk_jobs_command");
    private static readonly string Settle = SqlText.Statement("batches_settle");
    private static readonly string Errors = SqlText.Statement("bulk_errors_page");
    private static readonly string CellsOfRange = SqlText.Statement("bulk_row_ranges_cells");
    private static readonly string Range = SqlText.Statement("bulk_results_range");
    private static readonly string RowAt = SqlText.Statement("bulk_row_ranges_at");
    private static readonly string Deliveries = SqlText.Statement("bulk_results_deliveries");
    private static readonly string Failed = SqlText.Statement("bulk_failed");

    public Task<BulkUpload> BeginAsync(Caller caller, string? name, IReadOnlyList<string> headers, char delimiter, string encoding, CancellationToken cancellationToken) =>
        BulkUpload.BeginAsync(database, work, ids, caller, name, headers, delimiter, encoding, time.GetUtcNow(), cancellationToken);

    /// <summary>Adds corrected rows to a job; null when it cannot be continued.</summary>
    public Task<BulkUpload?> ContinueAsync(Caller caller, Guid job, CancellationToken cancellationToken) => BulkUpload.ContinueAsync(database, work, ids, caller, job, cancellationToken);

    public async Task<BulkJob?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        BulkJob? found = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Find, Id(tenant.Value), Id(id));
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
                    batch.Add(tenant, Command, Id(tenant.Value), Id(id), new NpgsqlParameter<short> { TypedValue = (short)command });
                    batch.Add(tenant, Find, Id(tenant.Value), Id(id));
                    batch.Add(tenant, Settle, Id(id));
                    await batch.RunAsync(
                        (row, statement) =>
                        {
                            if (statement == 0)
                                isChanged = row.GetBoolean(1);
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
                batch.Add(tenant, Errors, Id(tenant.Value), Id(id), Number(range), Number(index), Number(Page));
                await batch.CommitAsync(row => page.Add((row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), Text(row, 3), row.GetString(4), row.GetString(5))), cancellationToken);
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
        batch.Add(tenant, CellsOfRange, Id(tenant.Value), Id(id), Number(range));
        await batch.CommitAsync(row => cells = JsonSerializer.Deserialize(row.GetString(0), BulkJson.Default.IReadOnlyListIReadOnlyListString) ?? [], cancellationToken);
        return cells;
    }

    /// <summary>How many rows came, and the row range and place in it of the one that has so many before it; null: there are no more than that.</summary>
    public async Task<(long Total, (int Range, int Index)? Place)> RowAtAsync(TenantId tenant, Guid id, int rowsBefore, CancellationToken cancellationToken)
    {
        (long, (int, int)?) found = default;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, RowAt, Id(tenant.Value), Id(id), Number(rowsBefore));
        await batch.CommitAsync(row => found = (row.GetInt64(0), row.IsDBNull(1) ? null : (row.GetInt32(1), row.GetInt32(2))), cancellationToken);
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
            batch.Add(tenant, Range, Id(tenant.Value), Id(id), Number(number));
            await batch.CommitAsync(
                row => found = (
                    new NotificationId(row.GetGuid(0)), row.GetInt16(1), row.GetFieldValue<int[]>(2),
                    JsonSerializer.Deserialize(row.GetString(3), BulkJson.Default.IReadOnlyListIReadOnlyListString) ?? [], ErrorsOf(row.IsDBNull(4) ? null : row.GetString(4))),
                cancellationToken);
        }

        if (found is not var (first, state, lines, rows, errors))
            return null;
        var statuses = new Dictionary<NotificationId, List<(DeliveryStatus Status, string? Code, string? Message)>>();
        await using (var batch = await TenantBatch.OpenAsync(database.App, cancellationToken))
        {
            batch.Add(tenant, Deliveries, Id(tenant.Value), Id(id), Id(first.Value), Id(first.At(rows.Count - 1).LastDelivery));
            await batch.CommitAsync(
                row =>
                {
                    var notification = new DeliveryId(row.GetGuid(0)).Notification;
                    if (!statuses.TryGetValue(notification, out var list))
                        statuses[notification] = list = [];
                    list.Add(((DeliveryStatus)row.GetInt16(1), Text(row, 2), Text(row, 3)));
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
        batch.Add(tenant, Failed, Id(tenant.Value), Id(id), Number(Page));
        await batch.CommitAsync(row => failed.Add(row.GetGuid(0)), cancellationToken);
        return failed;
    }

    internal static BulkJob Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        Text(row, 1),
        (BulkJobState)row.GetInt16(2),
        Text(row, 3),
        Text(row, 4),
        (BulkMode)row.GetInt16(5),
        row.GetBoolean(6),
        row.GetBoolean(7),
        row.GetInt16(2) == (short)BulkJobState.Uploading || row.GetString(8) == "{}" ? null : JsonSerializer.Deserialize(row.GetString(8), BulkJson.Default.BulkJobSettings),
        JsonSerializer.Deserialize(row.GetString(9), BulkJson.Default.IReadOnlyListString) ?? [],
        row.GetString(10) == "[]" ? null : JsonSerializer.Deserialize(row.GetString(10), BulkJson.Default.ColumnTargets),
        row.GetString(11)[0],
        row.GetString(12),
        Text(row, 13),
        row.IsDBNull(14) ? null : row.GetInt64(14),
        row.GetInt32(15),
        row.GetInt32(16),
        row.GetInt32(17),
        row.GetInt32(18),
        row.GetInt32(23),
        row.GetInt64(19),
        row.IsDBNull(20) ? [] : JsonSerializer.Deserialize(row.GetString(20), BulkJson.Default.IReadOnlyListBulkSample) ?? [],
        row.GetFieldValue<DateTimeOffset>(21),
        row.IsDBNull(22) ? null : row.GetFieldValue<DateTimeOffset>(22),
        row.IsDBNull(24) ? null : row.GetDouble(24),
        row.IsDBNull(25) ? null : row.GetDouble(25));

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

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static NpgsqlParameter<Guid> Id(Guid id) => new() { TypedValue = id };

    private static NpgsqlParameter<int> Number(int number) => new() { TypedValue = number };
}
