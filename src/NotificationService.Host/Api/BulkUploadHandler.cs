using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using NotificationService.BulkJobs;
using NotificationService.BulkJobs.Csv;
using NotificationService.Host.Auth;
using NotificationService.Host.Bodies;
using NotificationService.Notifications;
using NotificationService.Tenants;

namespace NotificationService.Host.Api;

/// <summary>
/// Takes a file from the socket to staged rows, a row range in memory at a time, and holds a permit only while a row range that is there is stored. 1 the fields
/// and the file, in whatever order they come → 2 rows are staged as they come → 3 the header is matched and the same file looked for → 4 the job is handed over to the workers → 202.
/// Whatever goes wrong before 4 leaves a failed job and nothing sent. The response is kept under the caller's key with 4; a file whose key is
/// known when it comes is only read, for its hash.
/// </summary>
internal sealed class BulkUploadHandler(BulkJobStore jobs, IdempotencyKeys keys, TemplateBinder templates, BodyBudget budget, BulkOptions options, TimeProvider time) : IDisposable
{
    /// <summary>Files of one tenant on their way at once, at one process.</summary>
    public const int MaxOfTenant = 2;

    public const string TooManyCode = "too_many_uploads";

    /// <summary>Row ranges that are stored at once by one process; of one tenant half of them.</summary>
    private const int MaxStoring = 4;

    private const int HeldStep = 64 * 1024;

    /// <summary>What an upload holds of its file from the beginning: 128 KiB that are being read, and the first rows that wait to be stored. With none of these it would store each row by itself.</summary>
    private const int AdmittedBytes = (128 * 1024) + HeldStep;

    public const int LongestField = 64 * 1024;
    private const int LongestBoundary = 200;
    public const int MaxParts = 32;
    private const string Route = $"{BulkApi.Root}/csv";

    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(5);

    private readonly CsvLimits limits = options.Limits;
    private readonly InFlight<TenantId> ofTenant = new(MaxOfTenant);
    private readonly KeyedLimiter<TenantId> storing = new(MaxStoring, MaxStoring / 2, Timeout.InfiniteTimeSpan, time);

    public void Dispose() => storing.Dispose();

    public async Task<IResult> TakeAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (!IdempotencyKeyHeader.TryRead(context.Request, out var key, out var refusal))
            return refusal;
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= LongestBoundary } boundary)
        {
            return Problems.Of(415, "unsupported_media_type", "The request body has an unsupported media type", "Send multipart/form-data with the field 'file'.");
        }

        if (!TryReadEncoding(context, out var isPacked))
            return Problems.Of(415, "unsupported_media_type", "The request body has an unsupported encoding", "Send the body as it is, or packed with gzip.");
        if (context.Request.ContentLength > limits.MostBytes + LongestField)
            return BulkProblems.TooLarge(limits);
        using var entry = ofTenant.TryEnter(context.Caller().Tenant);
        if (entry is null)
            return Problems.LimitReached(TooManyCode, $"At most {MaxOfTenant} files of one tenant are taken at once. Upload this one when another has been answered.", BusyRetryAfter);
        using var incoming = budget.OpenUpload(context.Caller().Tenant.Value);
        if (await incoming.GrowToAsync(AdmittedBytes, cancellationToken) is { } full)
            return full;
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()!.MaxRequestBodySize = null;
        using var body = new BodyStream(context.Request.BodyReader);
        using var packed = new SteadyBody(body, options.LeastBytesPerSecond, options.LongestUpload, time, incoming);
        using var unpacked = isPacked ? new UnpackedBody(packed, limits, options.HighestRatio) : null;
        return await ReadAsync(context, key, (Stream?)unpacked ?? packed, boundary, incoming, cancellationToken);
    }

    private static bool TryReadEncoding(HttpContext context, out bool isPacked)
    {
        var encoding = context.Request.Headers.ContentEncoding.ToString();
        isPacked = encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase);
        if (isPacked || encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            return true;
        context.Response.Headers.AcceptEncoding = "gzip";
        return false;
    }

    private async Task<IResult> ReadAsync(HttpContext context, string? key, Stream body, string boundary, IncomingUpload incoming, CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        var before = key is null ? null : await keys.FindAsync(caller.Tenant, IdempotencyKeys.Hash(key, caller.Live), cancellationToken);
        var form = new BulkForm(limits.MostColumns);
        BulkUpload? upload = null;
        CsvFile? file = null;
        try
        {
            var reader = new MultipartReader(boundary, body) { HeadersLengthLimit = 16 * 1024, HeadersCountLimit = 16 };
            for (var parts = 1; await reader.ReadNextSectionAsync(cancellationToken) is { } section; parts++)
            {
                if (parts > MaxParts)
                    return Problems.BadRequest("multipart_invalid", "The form has too many parts", $"The most is {MaxParts}.");
                if (section.GetContentDispositionHeader() is not { } disposition || HeaderUtilities.RemoveQuotes(disposition.Name).Value is not { Length: > 0 } name)
                    return Problems.BadRequest("multipart_invalid", "A part of the form has no name", "Each part needs Content-Disposition: form-data; name=\"…\".");
                if (name != "file")
                {
                    if (await TextAsync(section.Body, cancellationToken) is not { } text)
                        return Problems.Validation($"/{name}", "too_large", $"A field has at most {LongestField} bytes.");
                    form.Add(name, text);
                    if (form.Refusal is { } wrong)
                        return wrong;
                    if (await incoming.GrowToAsync(AdmittedBytes + form.Bytes, cancellationToken) is { } full)
                        return full;
                    continue;
                }

                if (file is not null)
                    return Problems.Validation("/file", "duplicate_property", "One file is expected.");
                file = await CsvFile.OpenAsync(section.Body, limits, cancellationToken);
                if (before is null)
                    upload = await StageRowsAsync(caller, form, file, incoming, cancellationToken);
                else
                    await PassOverAsync(file, cancellationToken);
            }

            if (file is null)
                return Problems.Validation("/file", "required", "The field 'file' with the CSV file is required.");
            var idempotent = form.Idempotent(key, caller.Live, Route, file.Sha256Hex);
            if (before is not null)
                return ReplayedResponses.Of(context, before, RequestFingerprint.Of(Route, caller.Tenant, idempotent!.Body.Span));
            return await SubmitAsync(context, form, file, upload!, idempotent, cancellationToken);
        }
        catch (CsvRefusedException refused)
        {
            return BulkProblems.Of(refused.Refusal);
        }
        catch (UploadDisplacedException)
        {
            // Nobody waits for the rest of it.
            context.Response.Headers.Connection = "close";
            return BulkProblems.Displaced;
        }
        catch (UploadEndedException)
        {
            return BulkProblems.UploadEnded;
        }
        catch (Exception exception) when (exception is UploadTooSlowException or BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout })
        {
            return BulkProblems.TooSlow(options);
        }
        catch (Exception exception) when (exception is InvalidDataException or BadHttpRequestException or IOException)
        {
            return Problems.BadRequest("multipart_invalid", "The form could not be read", "It ended half-way, or is no multipart/form-data, or not packed as its Content-Encoding says.");
        }
        finally
        {
            if (upload is { IsStaged: false })
                await upload.RefuseAsync("upload_refused", "the file was not taken; nothing was sent", CancellationToken.None);
            if (file is not null)
                await file.DisposeAsync();
        }
    }

    private async Task<BulkUpload> StageRowsAsync(Caller caller, BulkForm form, CsvFile file, IncomingUpload incoming, CancellationToken cancellationToken)
    {
        var admitted = AdmittedBytes + form.Bytes;
        var corrected = form.ContinuesSoFar is { } job ? await CorrectedRows.OfAsync(jobs, caller, job, file.Headers, cancellationToken) : null;
        var upload = corrected is null
            ? await jobs.BeginAsync(caller, form.Name, file.Headers, file.Delimiter, file.Encoding, cancellationToken)
            : await jobs.ContinueAsync(caller, corrected.Job, cancellationToken) ?? throw new CsvRefusedException(
                new CsvRefusal(BulkProblems.NotContinuable, "only a job that is completed, or failed for bad rows, can be continued, by an account of the same mode"));
        try
        {
            await foreach (var row in file.RowsAsync(cancellationToken))
            {
                var error = row.Fault is { } fault ? new RowError(fault.Field < file.Headers.Count ? file.Headers[fault.Field] : null, fault.Code, fault.Message) : null;
                if (corrected is null)
                    upload.Add(row.Line, row.Fields, error);
                else
                    upload.Add(corrected.LineOf(row, upload), corrected.CellsOf(row), error);
                // Where the budget has no capacity for more rows, those that are there are stored now: a smaller row range, and no refusal.
                if (!upload.IsRangeFull && incoming.TryGrowTo(admitted + (upload.WaitingBytes / HeldStep * HeldStep)))
                    continue;
                await storing.RunAsync(caller.Tenant, () => upload.FlushAsync(cancellationToken), cancellationToken);
                incoming.ShrinkTo(admitted);
            }

            return upload;
        }
        catch
        {
            await upload.RefuseAsync("upload_incomplete", "the upload ended half-way, or its file could not be read; nothing was sent", CancellationToken.None);
            throw;
        }
    }

    /// <summary>Reads a file whose rows are not wanted, only its hash.</summary>
    private static async Task PassOverAsync(CsvFile file, CancellationToken cancellationToken)
    {
        await foreach (var _ in file.RowsAsync(cancellationToken))
        {
        }
    }

    private async Task<IResult> SubmitAsync(
        HttpContext context, BulkForm form, CsvFile file, BulkUpload upload, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        if (form.Check(time.GetUtcNow()) is { } wrong)
            return wrong;
        var response = BulkResponses.Accepted(upload.Job, upload.Added);
        if (form.Continues is { } continued)
        {
            if (upload.Job != continued)
                return Problems.Validation("/continues", "order", "Send 'continues' before the file.");
            return ReplayedResponses.Of(
                context, await upload.StageCorrectedAsync(idempotent, response, cancellationToken), StatusCodes.Status202Accepted,
                static _ => Problems.Conflict("Only a job that is completed, or failed for bad rows, can be continued."));
        }

        if (await templates.FindAsync(context.Caller().Tenant, form.Template!, form.Channels, cancellationToken) is not { } template)
            return Problems.Validation("/template", "template_unknown", "There is no published template with this key.");
        var (map, refusals, _) = HeaderMatch.Of(
            file.Headers, template.All, template.Required, form.Channels.Count > 0 ? form.Channels : template.Template.Channels, form.Mapping, form.IdempotencyColumn);
        if (map is null)
            return Problems.Validation([.. refusals.Select(refusal => new FieldError(refusal.Column is null ? "/file" : $"/file/{JsonPointer.Append("", refusal.Column).TrimStart('/')}", refusal.Code, refusal.Message))]);
        if (upload.Added == 0)
            return Problems.Validation("/file", "csv_empty", "The file has a header and no rows.");
        if (form.RatePerMinute is { } rate && TimeSpan.FromMinutes((double)upload.Added / rate) > RequestCheck.Furthest)
            return Problems.Validation("/ratePerMinute", "number_range", $"At that rate the last row would be due in more than {RequestCheck.Furthest.TotalDays} days.");
        var settings = new BulkJobSettings(template.Template, form.Channels, form.Category, form.Priority, form.SendAt, form.RatePerMinute);
        var outcome = await upload.StageAsync(
            settings, BulkResponses.Targets(map), form.Mode, form.IsDryRun, file.Sha256Hex, file.Bytes, form.SendAt ?? time.GetUtcNow(), form.Name, form.Force, idempotent, response, cancellationToken);
        var same = outcome is IdempotentOutcome<Guid>.Refused ? await upload.SameAsync(file.Sha256Hex, cancellationToken) : null;
        return ReplayedResponses.Of(
            context, outcome, StatusCodes.Status202Accepted, _ => same is { } other ? BulkProblems.Duplicate(other) : BulkProblems.UploadEnded);
    }

    private static async Task<string?> TextAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestField + 1];
        var read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return read > LongestField || !System.Text.Unicode.Utf8.IsValid(buffer.AsSpan(0, read)) ? null : System.Text.Encoding.UTF8.GetString(buffer, 0, read);
    }
}
