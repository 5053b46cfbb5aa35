using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Batches;

internal static partial class Log
{
    [LoggerMessage(EventIds.Batches + 1, LogLevel.Warning, "The counts of batches could not be gathered ({Reason}); they are exact as they are, and it is tried again")]
    public static partial void NotGathered(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Batches + 2, LogLevel.Information, "Cancelled {Count} deliveries of the batch {Batch}")]
    public static partial void Cancelled(this ILogger logger, int count, Guid batch);
}
