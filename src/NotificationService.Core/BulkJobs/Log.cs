using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.BulkJobs;

internal static partial class Log
{
    [LoggerMessage(EventIds.BulkJobs + 1, LogLevel.Warning, "No row range of a bulk job could be worked ({Reason}); it is tried again")]
    public static partial void RangeFailed(this ILogger logger, string reason);

    [LoggerMessage(EventIds.BulkJobs + 2, LogLevel.Information, "Bulk job {Job}: {State}")]
    public static partial void Advanced(this ILogger logger, Guid job, string state);

    [LoggerMessage(EventIds.BulkJobs + 3, LogLevel.Information, "{Count} uploads ended half-way and were given up")]
    public static partial void UploadsGivenUp(this ILogger logger, int count);

    [LoggerMessage(EventIds.BulkJobs + 4, LogLevel.Warning, "Row range {Range} of the bulk job {Job} failed at its try {Try} ({Reason})")]
    public static partial void TryFailed(this ILogger logger, Guid job, int range, int @try, string reason);

    [LoggerMessage(EventIds.BulkJobs + 5, LogLevel.Error, "Bulk job {Job} failed: row range {Range} cannot be worked ({Reason})")]
    public static partial void JobFailed(this ILogger logger, Guid job, int range, string reason);

    [LoggerMessage(EventIds.BulkJobs + 6, LogLevel.Warning, "A row of row range {Range} of the bulk job {Job} cannot be worked ({Reason}); it is a bad row now")]
    public static partial void RowFailed(this ILogger logger, Guid job, int range, string reason);
}
