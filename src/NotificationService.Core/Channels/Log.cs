using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Channels;

internal static partial class Log
{
    [LoggerMessage(EventIds.Channels + 1, LogLevel.Warning, "The provider {Provider} was saved, and not all that waits for one was brought forward ({Reason}): the rest is tried at its own time")]
    public static partial void LiftRefused(this ILogger logger, Guid provider, string reason);
}
