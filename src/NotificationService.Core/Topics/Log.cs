using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Topics;

internal static partial class Log
{
    [LoggerMessage(EventId = EventIds.Topics + 1, Level = LogLevel.Warning, Message = "Subscriptions of removed topics could not be taken away this time ({Reason})")]
    public static partial void RemovalFailed(this ILogger logger, string reason);

    [LoggerMessage(EventId = EventIds.Topics + 2, Level = LogLevel.Warning, Message = "What is sent to topics stands still for a moment ({Reason})")]
    public static partial void WalkFailed(this ILogger logger, string reason);

    [LoggerMessage(EventId = EventIds.Topics + 3, Level = LogLevel.Warning, Message = "A page of the send {Send} to topics failed for the {Tries}th time ({Reason})")]
    public static partial void PageFailed(this ILogger logger, Guid send, int tries, string reason);
}
