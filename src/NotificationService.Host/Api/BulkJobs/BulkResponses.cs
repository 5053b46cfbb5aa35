using System.Text.Json.Serialization;
using NotificationService.Batches;
using NotificationService.BulkJobs;
using NotificationService.Channels;
using NotificationService.Host.Api.Batches;
using NotificationService.Host.Http.Lists;
using NotificationService.Storage;

namespace NotificationService.Host.Api.BulkJobs;

/// <summary>The response to an upload.</summary>
/// <param name="Rows">Rows that came with it.</param>
public sealed record BulkAccepted(Guid JobId, int Rows);

/// <summary>A bulk job as it stands.</summary>
/// <param name="Status">uploading, checking, running, paused, completed, failed, cancelled, or checked: a dry run that is over.</param>
/// <param name="Reason">Why it failed: a code, and the sentence to it.</param>
/// <param name="Progress">Rows that were looked at of all rows, 0 to 1.</param>
/// <param name="RatePerSecond">Rows that were done in a second, over the last half minute at most: bad or repeated, or their deliveries have ended. Absent while paused and once all has ended.</param>
/// <param name="EtaSeconds">How long the other rows take at that rate; absent when nobody can say.</param>
/// <param name="Template">The version that all rows are bound to.</param>
/// <param name="Columns">What each column of the file was taken for; null for none.</param>
/// <param name="SmsSegments">Of a dry run: the parts that its text messages would be billed as.</param>
/// <param name="Samples">Of a dry run: what the first good rows would say.</param>
/// <param name="Deliveries">Of the rows that are notifications.</param>
public sealed record BulkJobResponse(
    Guid JobId, string Status, string? Reason, string? Message, string? Name, string Mode, bool DryRun, bool Live, PinnedTemplateResponse? Template, IReadOnlyDictionary<string, string?> Columns,
    string Encoding, string Delimiter, string? FileHash, long? FileBytes, BulkRows Rows, double Progress, double? RatePerSecond, double? EtaSeconds,
    BatchDeliveries? Deliveries, long? SmsSegments, IReadOnlyList<BulkSample>? Samples, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);

/// <summary>The version of a template that a job is bound to.</summary>
public sealed record PinnedTemplateResponse(string Key, int Version);

/// <summary>How many rows there are of which kind.</summary>
/// <param name="Queued">Rows that are notifications.</param>
/// <param name="Repeated">Rows whose own key had been used before.</param>
public sealed record BulkRows(int Total, int Done, int Queued, int Bad, int Repeated);

/// <summary>A row of a job.</summary>
/// <param name="Row">The line of the file at which it begins; the header is 1.</param>
/// <param name="Status">staged, bad, mended, repeated, or the notification's status.</param>
public sealed record BulkItem(int Row, string Status, Guid? NotificationId, string? Code, string? Message, IReadOnlyDictionary<string, string> Cells);

internal static class BulkResponses
{
    public static byte[] Accepted(Guid job, int rows) => ReadableJson.Utf8(new BulkAccepted(job, rows), BulkJobsJson.Default.BulkAccepted);

    public static BulkJobResponse Of(BulkJob job, Batch? batch) => new(
        job.Id, job.State.ToName(), job.Reason, job.ReasonMessage, job.Name, job.Mode == BulkMode.AllOrNothing ? "all_or_nothing" : "skip_bad_rows", job.IsDryRun, job.Live,
        job.Settings is { } settings ? new PinnedTemplateResponse(settings.Template.Key, settings.Template.Version) : null,
        Columns(job),
        job.Encoding, job.Delimiter == '\t' ? "tab" : job.Delimiter.ToString(), job.FileHash, job.FileBytes,
        new BulkRows(job.Rows, job.Done, job.Queued, job.Bad, job.Repeated),
        job.Rows == 0 ? 0 : Math.Round(Math.Min(1, (double)job.Done / job.Rows), 6),
        job.RatePerSecond, job.EtaSeconds,
        batch is { Total: > 0 } ? BatchDeliveries.Of(batch) : null,
        job.IsDryRun ? job.Segments : null, job.IsDryRun ? job.Samples : null, job.CreatedAt, job.EndedAt);

    public static BulkItem Of(BulkJob job, RowResult row) => new(row.Line, row.Outcome, row.Notification, row.Code, row.Message, Cells(job, row.Cells));

    private static Dictionary<string, string?> Columns(BulkJob job)
    {
        var columns = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < job.Columns.Count; i++)
            columns[job.Columns[i]] = job.Map?.Targets[i] is { Length: > 0 } target ? target : null;
        return columns;
    }

    private static Dictionary<string, string> Cells(BulkJob job, IReadOnlyList<string> cells)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < cells.Count && i < job.Columns.Count; i++)
            named[job.Columns[i]] = cells[i];
        return named;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BulkAccepted))]
[JsonSerializable(typeof(BulkJobResponse))]
[JsonSerializable(typeof(Page<BulkJobResponse>))]
[JsonSerializable(typeof(Page<BulkItem>))]
internal sealed partial class BulkJobsJson : JsonSerializerContext;
