using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.BulkJobs;

internal static partial class Log
{
    [LoggerMessage(EventIds.BulkJobs + 1, LogLevel.Warning, "A slice of a bulk job was not worked ({Reason}); it is taken again")]
    public static partial void SliceFailed(this ILogger logger, string reason);

    [LoggerMessage(EventIds.BulkJobs + 2, LogLevel.Information, "Bulk job {Job}: {State}")]
    public static partial void Advanced(this ILogger logger, Guid job, string state);

    [LoggerMessage(EventIds.BulkJobs + 3, LogLevel.Information, "{Count} uploads ended half-way and were given up")]
    public static partial void UploadsGivenUp(this ILogger logger, int count);
}
