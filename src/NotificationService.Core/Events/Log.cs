using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Events;

internal static partial class Log
{
    [LoggerMessage(EventIds.Events + 1, LogLevel.Warning, "the relay failed and goes on: {Reason}")]
    public static partial void RelayFailed(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Events + 2, LogLevel.Error, "an event cannot be published and was dead-lettered: shard {Shard}, position {Position}, {Reason}")]
    public static partial void DeadLettered(this ILogger logger, short shard, long position, string reason);
}
