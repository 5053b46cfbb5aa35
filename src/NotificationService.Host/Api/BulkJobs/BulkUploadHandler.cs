using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using NotificationService.BulkJobs;
using NotificationService.BulkJobs.Csv;
using NotificationService.Host.Auth;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Bodies;
using NotificationService.Host.Http.Json;
using NotificationService.Notifications;

namespace NotificationService.Host.Api.BulkJobs;

/// <summary>
/// Takes a multipart form from the socket: the fields and the file in whatever order they come, the file to <see cref="UploadStaging"/> as it comes. A file whose
/// key is known when it comes is only read, for its hash.
/// </summary>
internal sealed class BulkUploadHandler(UploadStaging staging, IdempotencyKeys keys, BodyBudget budget, BulkOptions options, TimeProvider time)
{
    public const string TooManyCode = "too_many_uploads";

    private const int HeldStep = 64 * 1024;

    /// <summary>What an upload holds of its file from the beginning: 128 KiB that are being read, and the first rows that wait to be stored. With none of these it would store each row by itself.</summary>
    private const int AdmittedBytes = (128 * 1024) + HeldStep;

    public const int LongestField = 64 * 1024;
    private const int LongestBoundary = 200;
    public const int MaxParts = 32;
    private const string Route = $"{BulkApi.Root}/csv";

    private static readonly TimeSpan BusyRetryAfter = TimeSpan.FromSeconds(5);

    private readonly CsvLimits limits = options.Limits;

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
        using var entry = staging.TryEnter(context.Caller().Tenant);
        if (entry is null)
            return Problems.LimitReached(TooManyCode, $"At most {UploadStaging.MaxOfTenant} files of one tenant are taken at once. Upload this one when another has been answered.", BusyRetryAfter);
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
        StagedFile? staged = null;
        string? hash = null;
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

                if (hash is not null)
                    return Problems.Validation("/file", "duplicate_property", "One file is expected.");
                if (before is null)
                    staged = await staging.StageAsync(caller, section.Body, form.Name, form.ContinuesSoFar, MemoryOf(incoming, form), cancellationToken);
                hash = staged?.Sha256Hex ?? await staging.HashAsync(section.Body, cancellationToken);
            }

            if (hash is null)
                return Problems.Validation("/file", "required", "The field 'file' with the CSV file is required.");
            var idempotent = form.Idempotent(key, caller.Live, Route, hash);
            if (staged is null)
                return ReplayedResponses.Of(context, before!, RequestFingerprint.Of(Route, caller.Tenant, idempotent!.Body.Span));
            return form.Check(time.GetUtcNow()) is { } refused
                ? refused
                : Respond(context, await staging.SubmitAsync(caller, staged, form.Request, idempotent, BulkResponses.Accepted, cancellationToken));
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
            if (staged is not null)
                await staged.DisposeAsync();
        }
    }

    /// <summary>Grows in steps, beside what is held of the file and its fields already.</summary>
    private static RowMemory MemoryOf(IncomingUpload incoming, BulkForm form)
    {
        var admitted = AdmittedBytes + form.Bytes;
        return new RowMemory(waiting => incoming.TryGrowTo(admitted + (waiting / HeldStep * HeldStep)), () => incoming.ShrinkTo(admitted));
    }

    private static IResult Respond(HttpContext context, UploadOutcome outcome) => outcome switch
    {
        UploadOutcome.Accepted accepted => new JsonBytes(StatusCodes.Status202Accepted, accepted.Response),
        UploadOutcome.Replayed replayed => ReplayedResponses.Replay(context, replayed.Before),
        UploadOutcome.KeyMismatch => ReplayedResponses.KeyMismatch,
        UploadOutcome.Duplicate duplicate => BulkProblems.Duplicate(duplicate.Job),
        UploadOutcome.Ended => BulkProblems.UploadEnded,
        UploadOutcome.NotContinuable => Problems.Conflict("Only a job that is completed, or failed for bad rows, can be continued."),
        UploadOutcome.NamedTooLate => Problems.Validation("/continues", "order", "Send 'continues' before the file."),
        UploadOutcome.TemplateUnknown => Problems.Validation("/template", "template_unknown", "There is no published template with this key."),
        UploadOutcome.HeaderRefused header => BulkProblems.Of(header.Refusals),
        UploadOutcome.Empty => Problems.Validation("/file", "csv_empty", "The file has a header and no rows."),
        UploadOutcome.RateTooLow => Problems.Validation("/ratePerMinute", "number_range", $"At that rate the last row would be due in more than {RequestCheck.Furthest.TotalDays} days."),
        _ => throw new InvalidOperationException("a closed set"),
    };

    private static async Task<string?> TextAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestField + 1];
        var read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return read > LongestField || !System.Text.Unicode.Utf8.IsValid(buffer.AsSpan(0, read)) ? null : System.Text.Encoding.UTF8.GetString(buffer, 0, read);
    }
}
