using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Queueing;

/// <summary>See <see cref="EventIds.Queueing"/>.</summary>
internal static partial class Log
{
    [LoggerMessage(EventIds.Queueing + 1, LogLevel.Warning, "The wake-up listener lost its connection ({Reason}); polling until it is back")]
    public static partial void ListenerLost(this ILogger logger, string reason);
}
