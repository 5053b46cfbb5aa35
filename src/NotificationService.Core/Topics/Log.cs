using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Topics;

internal static partial class Log
{
    [LoggerMessage(EventId = EventIds.Topics + 1, Level = LogLevel.Warning, Message = "Subscriptions of removed topics could not be taken away this time ({Reason})")]
    public static partial void RemovalFailed(this ILogger logger, string reason);
}
