using NotificationService.BulkJobs.Csv;
using NotificationService.Notifications;
using NotificationService.Queueing;
using NotificationService.Tenants;

namespace NotificationService.BulkJobs;

/// <summary>
/// Takes a file from a stream to a job that goes by itself. 1 <see cref="StageAsync"/>: rows are staged as they come, a row range in memory at a time, and a
/// permit is held only while one that is there is stored → 2 <see cref="SubmitAsync"/>: the header is matched and the same file looked for → 3 the job is handed
/// over to the workers, in one commit with the response that is kept under the caller's key. Whatever goes wrong before 3 leaves a failed job and nothing sent.
/// </summary>
public sealed class UploadStaging(BulkJobStore jobs, TemplateBinder templates, BulkOptions options, TimeProvider time) : IDisposable
{
    /// <summary>Files of one tenant on their way at once, at one process.</summary>
    public const int MaxOfTenant = 2;

    /// <summary>A job that cannot go on, as a file is refused for it.</summary>
    public const string NotContinuable = "not_continuable";

    /// <summary>Row ranges that are stored at once by one process; of one tenant half of them.</summary>
    private const int MaxStoring = 4;

    private readonly CsvLimits limits = options.Limits;
    private readonly InFlight<TenantId> ofTenant = new(MaxOfTenant);
    private readonly KeyedLimiter<TenantId> storing = new(MaxStoring, MaxStoring / 2, Timeout.InfiniteTimeSpan, time);

    public void Dispose() => storing.Dispose();

    /// <summary>Null: the tenant has its most files on their way. Otherwise to be disposed of when the upload ends.</summary>
    public IDisposable? TryEnter(TenantId tenant) => ofTenant.TryEnter(tenant);

    /// <summary>Reads a file to its end and stages its rows.</summary>
    /// <param name="file">Stays the caller's. What it throws itself goes through as it is.</param>
    /// <param name="name">The job's, as far as it is known.</param>
    /// <param name="continues">The job whose corrected rows these are; null for a job of its own.</param>
    /// <param name="memory">What rows may hold that wait. Where it has no more, those that are there are stored now: a smaller row range, and no refusal.</param>
    /// <exception cref="CsvRefusedException">What the file is refused for.</exception>
    /// <exception cref="UploadEndedException">The job was given up meanwhile.</exception>
    public async Task<StagedFile> StageAsync(Caller caller, Stream file, string? name, Guid? continues, RowMemory memory, CancellationToken cancellationToken)
    {
        await using var csv = await CsvFile.OpenAsync(file, limits, cancellationToken);
        var corrected = continues is { } job ? await CorrectedRows.OfAsync(jobs, caller, job, csv.Headers, cancellationToken) : null;
        var upload = corrected is null
            ? await jobs.BeginAsync(caller, name, csv.Headers, csv.Delimiter, csv.Encoding, cancellationToken)
            : await jobs.ContinueAsync(caller, corrected.Job, cancellationToken) ?? throw new CsvRefusedException(
                new CsvRefusal(NotContinuable, "only a job that is completed, or failed for bad rows, can be continued, by an account of the same mode"));
        try
        {
            await foreach (var row in csv.RowsAsync(cancellationToken))
            {
                var error = row.Fault is { } fault ? new RowError(fault.Field < csv.Headers.Count ? csv.Headers[fault.Field] : null, fault.Code, fault.Message) : null;
                if (corrected is null)
                    upload.Add(row.Line, row.Fields, error);
                else
                    upload.Add(corrected.LineOf(row, upload), corrected.CellsOf(row), error);
                if (!upload.IsRangeFull && memory.TryHold(upload.WaitingBytes))
                    continue;
                await storing.RunAsync(caller.Tenant, () => upload.FlushAsync(cancellationToken), cancellationToken);
                memory.Release();
            }

            return new StagedFile(upload, csv.Headers, csv.Sha256Hex, csv.Bytes);
        }
        catch
        {
            await upload.RefuseAsync("upload_incomplete", "the upload ended half-way, or its file could not be read; nothing was sent", CancellationToken.None);
            throw;
        }
    }

    /// <summary>Reads a file whose rows are not wanted, only its hash.</summary>
    /// <exception cref="CsvRefusedException">What the file is refused for.</exception>
    public async Task<string> HashAsync(Stream file, CancellationToken cancellationToken)
    {
        await using var csv = await CsvFile.OpenAsync(file, limits, cancellationToken);
        await foreach (var _ in csv.RowsAsync(cancellationToken))
        {
        }

        return csv.Sha256Hex;
    }

    /// <summary>Hands the job over to the workers, once under the caller's key.</summary>
    /// <param name="response">What is kept under the key, from the job and how many rows came with it: JSON in UTF-8.</param>
    public async Task<UploadOutcome> SubmitAsync(
        Caller caller, StagedFile file, UploadRequest request, IdempotentRequest? idempotent, Func<Guid, int, byte[]> response, CancellationToken cancellationToken)
    {
        var upload = file.Upload;
        var kept = response(upload.Job, upload.Added);
        if (request.Continues is { } continued)
        {
            return upload.Job != continued
                ? new UploadOutcome.NamedTooLate()
                : Of(await upload.StageCorrectedAsync(idempotent, kept, cancellationToken)) ?? new UploadOutcome.NotContinuable();
        }

        if (await templates.FindAsync(caller.Tenant, request.Template ?? "", request.Channels, cancellationToken) is not { } template)
            return new UploadOutcome.TemplateUnknown();
        var (map, refusals, _) = HeaderMatch.Of(
            file.Headers, template.All, template.Required, request.Channels.Count > 0 ? request.Channels : template.Template.Channels, request.Mapping, request.IdempotencyColumn);
        if (map is null)
            return new UploadOutcome.HeaderRefused(refusals);
        if (upload.Added == 0)
            return new UploadOutcome.Empty();
        if (request.RatePerMinute is { } rate && TimeSpan.FromMinutes((double)upload.Added / rate) > RequestCheck.Furthest)
            return new UploadOutcome.RateTooLow();
        var settings = new BulkJobSettings(template.Template, request.Channels, request.Category, request.Priority, request.SendAt, request.RatePerMinute);
        var outcome = Of(await upload.StageAsync(
            settings, ColumnTargets.Of(map), request.Mode, request.IsDryRun, file.Sha256Hex, file.Bytes, request.SendAt ?? time.GetUtcNow(), request.Name, request.Force, idempotent, kept, cancellationToken));
        if (outcome is not null)
            return outcome;
        return await upload.SameAsync(file.Sha256Hex, cancellationToken) is { } same ? new UploadOutcome.Duplicate(same) : new UploadOutcome.Ended();
    }

    /// <summary>Null where it was refused.</summary>
    private static UploadOutcome? Of(IdempotentOutcome<Guid> outcome) => outcome switch
    {
        IdempotentOutcome<Guid>.Done done => new UploadOutcome.Accepted(done.Response),
        IdempotentOutcome<Guid>.Replayed replayed => new UploadOutcome.Replayed(replayed.Before),
        IdempotentOutcome<Guid>.KeyMismatch => new UploadOutcome.KeyMismatch(),
        IdempotentOutcome<Guid>.Refused => null,
        _ => throw new InvalidOperationException("a closed set"),
    };
}
