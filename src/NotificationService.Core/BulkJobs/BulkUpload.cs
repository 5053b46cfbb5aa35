using System.Text.Json;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.BulkJobs;

/// <summary>
/// Stages a file's rows while it is being uploaded, a thousand or so in one commit each. Nothing of it is sent before
/// <see cref="StageAsync"/>; an upload that ends without it leaves a failed job.
/// </summary>
public sealed class BulkUpload
{
    private const int RowsOfRange = 1_000;
    private const int LongestName = 200;
    private const int BatchSize = 20;
    private const int CharactersOfRange = 512 * 1024;

    /// <summary>What a cell costs besides its characters, counted in characters.</summary>
    private const int CharactersOfCell = 16;

    private static readonly Statement Begin = Statement.Load("bulk_jobs_begin");
    private static readonly Statement Insert = Statement.Load("bulk_row_ranges_insert");
    private static readonly Statement Stage = Statement.Load("bulk_jobs_stage");
    private static readonly Statement Refuse = Statement.Load("bulk_jobs_refuse");
    private static readonly Statement Continue = Statement.Load("bulk_jobs_continue");
    private static readonly Statement StageCorrected = Statement.Load("bulk_jobs_stage_corrected");
    private static readonly Column Staged = new("id", Stage, StageCorrected);
    private static readonly Statement Same = Statement.Load("bulk_jobs_same");
    private static readonly Column SameJob = Same.Column("id");
    private static readonly Statement LockFile = Statement.Load("bulk_jobs_lock_file");
    private static readonly Statement Leftovers = Statement.Load("bulk_row_ranges_leftovers");

    private readonly Database database;
    private readonly IdempotentWork work;
    private readonly Ids ids;
    private readonly TenantId tenant;
    private readonly List<int> lines = new(RowsOfRange);
    private readonly List<(int Line, int Index, RowError Error)> errors = [];
    private readonly List<IReadOnlyList<string>> rows = new(RowsOfRange);
    private int characters;
    private int ranges;
    private int added;
    private Guid? correcting;
    private HashSet<int>? bad;

    private BulkUpload(Database database, IdempotentWork work, Ids ids, TenantId tenant, Guid job) =>
        (this.database, this.work, this.ids, this.tenant, Job) = (database, work, ids, tenant, job);

    public Guid Job { get; }

    /// <summary>Whether it is committed that all rows are there.</summary>
    public bool IsStaged { get; private set; }

    /// <summary>Rows so far, those of before included.</summary>
    public int Rows { get; private set; }

    /// <summary>Rows that came now.</summary>
    public int Added => added + rows.Count;

    internal static async Task<BulkUpload> BeginAsync(
        Database database, IdempotentWork work, Ids ids, Caller caller, string? name, IReadOnlyList<string> headers, char delimiter, string encoding, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var upload = new BulkUpload(database, work, ids, caller.Tenant, ids.Next());
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(
            caller.Tenant,
            Begin.With(
                Parameter.Of("tenant", caller.Tenant.Value), Parameter.Of("id", upload.Job), Parameter.Of("account", caller.Id), Parameter.Of("live", caller.Live), Parameter.OrNull("name", NameOf(name)),
                Parameter.OrNull("columns", JsonSerializer.Serialize(headers, BulkJson.Default.IReadOnlyListString)), Parameter.OrNull("delimiter", delimiter.ToString()), Parameter.OrNull("encoding", encoding), Parameter.Of("now", now)));
        await batch.CommitAsync(null, cancellationToken);
        return upload;
    }

    /// <summary>More rows for a job whose first ones were queued or refused: those of its errors.csv, corrected. Null: there is no such job, or it cannot be continued.</summary>
    internal static async Task<BulkUpload?> ContinueAsync(Database database, IdempotentWork work, Ids ids, Caller caller, Guid job, CancellationToken cancellationToken)
    {
        var upload = new BulkUpload(database, work, ids, caller.Tenant, job) { correcting = ids.Next() };
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(caller.Tenant, Continue.With(Parameter.Of("tenant", caller.Tenant.Value), Parameter.Of("job", job), Parameter.Of("upload", upload.correcting.Value), Parameter.Of("live", caller.Live)));
        await batch.CommitAsync(
            row => (upload.ranges, upload.Rows, upload.bad) = (row.GetInt32(Continued.RowRanges), row.GetInt32(Continued.RowsTotal), row.IsDBNull(Continued.BadLines) ? [] : [.. row.GetFieldValue<int[]>(Continued.BadLines)]),
            cancellationToken);
        if (upload.bad is null)
            return null;
        await upload.ClearLeftoversAsync(cancellationToken);
        return upload;
    }

    /// <summary>What an upload of corrected rows that stopped left behind.</summary>
    private async Task ClearLeftoversAsync(CancellationToken cancellationToken)
    {
        for (var cleared = BatchSize; cleared == BatchSize;)
        {
            cleared = 0;
            await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
            batch.Add(tenant, Leftovers.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("job", Job), Parameter.Of("upload", correcting ?? Guid.Empty), Parameter.Of("max", BatchSize)));
            await batch.CommitAsync(_ => cleared++, cancellationToken);
        }
    }

    /// <summary>Whether a line may come again: it was bad, has not been corrected since, and has not come with this upload yet.</summary>
    public bool TryCorrect(int line) => bad?.Remove(line) == true;

    /// <summary>All corrected rows are there. Refused: the job is not one that can go on, or another upload of them has begun.</summary>
    /// <param name="response">What is kept under the caller's key: JSON in UTF-8.</param>
    public async Task<IdempotentOutcome<Guid>> StageCorrectedAsync(IdempotentRequest? idempotent, byte[] response, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        return await SubmitAsync(
            idempotent, response,
            batch => batch.Add(tenant, StageCorrected.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("job", Job), Parameter.Of("row_ranges", ranges), Parameter.Of("rows", added), Parameter.Of("upload", correcting ?? Guid.Empty))),
            cancellationToken);
    }

    /// <summary>Committed if the statements find the job as it has to be and nobody has used the key.</summary>
    private async Task<IdempotentOutcome<Guid>> SubmitAsync(IdempotentRequest? idempotent, byte[] response, Action<TenantBatch> add, CancellationToken cancellationToken)
    {
        var outcome = await work.RunAsync(
            tenant, idempotent, 202,
            async connection =>
            {
                var isFound = false;
                await using var batch = TenantBatch.Within(connection);
                add(batch);
                await batch.RunAsync((row, _) => isFound |= Staged.IsIn(row), cancellationToken);
                return (Job, isFound ? response : null);
            },
            cancellationToken);
        IsStaged = outcome is IdempotentOutcome<Guid>.Done;
        return outcome;
    }

    /// <summary>Whether enough rows wait for a commit of their own: it is time for <see cref="FlushAsync"/>.</summary>
    public bool IsRangeFull => rows.Count >= RowsOfRange || characters >= CharactersOfRange;

    /// <summary>What the rows take that wait to be stored.</summary>
    public long WaitingBytes => 2L * characters;

    /// <summary>Keeps a row for the next <see cref="FlushAsync"/>.</summary>
    /// <param name="error">Why the row is bad although it could be read; it is kept as it came.</param>
    public void Add(int line, IReadOnlyList<string> cells, RowError? error)
    {
        if (error is not null)
            errors.Add((line, rows.Count, error));
        lines.Add(line);
        rows.Add(cells);
        foreach (var cell in cells)
            characters += cell.Length + CharactersOfCell;
    }

    /// <summary>The id of a job of the same file within a day, or null.</summary>
    public async Task<Guid?> SameAsync(string sha256Hex, CancellationToken cancellationToken)
    {
        Guid? same = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Same.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("file_hash", Convert.FromHexString(sha256Hex)), Parameter.Of("job", Job)));
        await batch.CommitAsync(row => same = row.GetGuid(SameJob), cancellationToken);
        return same;
    }

    /// <summary>All rows are there: the job goes on by itself from here.</summary>
    /// <param name="name">The job's, where it came after the file.</param>
    /// <param name="force">Also if the same file came within a day.</param>
    /// <param name="response">What is kept under the caller's key: JSON in UTF-8.</param>
    /// <returns>Refused: it was given up meanwhile, or the same file came within a day, as <see cref="SameAsync"/> shows.</returns>
    public async Task<IdempotentOutcome<Guid>> StageAsync(
        BulkJobSettings settings, ColumnTargets map, BulkMode mode, bool isDryRun, string sha256Hex, long bytes, DateTimeOffset startsAt, string? name, bool force,
        IdempotentRequest? idempotent, byte[] response, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        var state = isDryRun || mode == BulkMode.AllOrNothing ? BulkJobState.Checking : BulkJobState.Running;
        return await SubmitAsync(idempotent, response, AddStage, cancellationToken);

        void AddStage(TenantBatch batch)
        {
            batch.Add(tenant, LockFile.With(Parameter.Of("file", $"{tenant}:{sha256Hex}")));
            batch.Add(
                tenant,
                Stage.With(
                    Parameter.Of("tenant", tenant.Value), Parameter.Of("job", Job), Parameter.Of("state", (short)state), Parameter.Of("mode", (short)mode),
                    Parameter.Of("dry_run", isDryRun), Parameter.OrNull("settings", JsonSerializer.Serialize(settings, BulkJson.Default.BulkJobSettings)), Parameter.OrNull("map", JsonSerializer.Serialize(map, BulkJson.Default.ColumnTargets)),
                    Parameter.Of("file_hash", Convert.FromHexString(sha256Hex)), Parameter.Of("file_bytes", bytes), Parameter.Of("row_ranges", ranges), Parameter.Of("rows_total", Rows),
                    Parameter.Of("starts_at", startsAt), Parameter.Of("force", force || isDryRun),
                    Parameter.OrNull("name", NameOf(name))));
        }
    }

    /// <summary>Gives it up. Also when the caller is gone (then do not cancel it): nobody is notified, and the job says why.</summary>
    public async Task RefuseAsync(string code, string message, CancellationToken cancellationToken)
    {
        // What was there before stays as it was; rows that came now are cleared when somebody continues the job again.
        if (correcting is not null)
            return;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Refuse.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("job", Job), Parameter.OrNull("code", code), Parameter.OrNull("message", message)));
        await batch.CommitAsync(null, cancellationToken);
    }

    /// <summary>Stores the rows that wait, in one commit.</summary>
    /// <exception cref="UploadEndedException">The job was given up meanwhile.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (rows.Count == 0)
            return;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(
            tenant,
            Insert.With(
                Parameter.Of("tenant", tenant.Value), Parameter.Of("job", Job), Parameter.Of("number", ranges), Parameter.Of("first_id", NotificationId.FirstOfMany(ids.Next()).Value), Parameter.Of("first_row", Rows), Parameter.Of<int[]>("lines", [.. lines]),
                Parameter.OrNull("cells", JsonSerializer.Serialize(rows, BulkJson.Default.IReadOnlyListIReadOnlyListString)),
                Parameter.Of<int[]>("error_lines", [.. errors.Select(row => row.Line)]), Parameter.Of<int[]>("error_indexes", [.. errors.Select(row => row.Index)]),
                Parameter.Of<string?[]>("error_columns", [.. errors.Select(row => row.Error.Column)]), Parameter.Of<string[]>("error_codes", [.. errors.Select(row => row.Error.Code)]),
                Parameter.Of<string[]>("error_messages", [.. errors.Select(row => row.Error.Message)]),
                Parameter.OrNull("upload", correcting)));
        var isStored = false;
        await batch.CommitAsync(_ => isStored = true, cancellationToken);
        if (!isStored)
            throw new UploadEndedException();
        ranges++;
        Rows += rows.Count;
        added += rows.Count;
        lines.Clear();
        rows.Clear();
        errors.Clear();
        characters = 0;
    }

    private static string? NameOf(string? name) => name is null ? null : StorableText.Of(name, LongestName);

    private static class Continued
    {
        public static readonly Column
            RowRanges = Continue.Column("row_ranges"), RowsTotal = Continue.Column("rows_total"), BadLines = Continue.Column("bad_lines");
    }
}

/// <summary>The job was given up, or taken over by another upload, while rows were still coming.</summary>
public sealed class UploadEndedException() : Exception("the upload was given up, or another one has begun");
