using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Ledger;

internal static partial class Log
{
    [LoggerMessage(EventIds.Ledger + 1, LogLevel.Warning, "The changes of the ledger could not be gathered ({Reason}); it is exact as it is, and it is tried again")]
    public static partial void NotGathered(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Ledger + 2, LogLevel.Warning, "Old counts of the ledger could not be removed ({Reason}); it is tried again")]
    public static partial void NotPurged(this ILogger logger, string reason);
}
