using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Inbox;

internal static partial class Log
{
    [LoggerMessage(EventIds.Inbox + 1, LogLevel.Warning, "A step of the inbox's maintenance failed ({Step}: {Reason}); the next run has its turn")]
    public static partial void MaintenanceFailed(this ILogger logger, string step, string reason);
}
