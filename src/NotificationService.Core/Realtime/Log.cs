using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Realtime;

internal static partial class Log
{
    [LoggerMessage(EventIds.Realtime + 1, LogLevel.Warning, "What tenants published was not removed this time ({Reason})")]
    public static partial void ForgetFailed(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Realtime + 2, LogLevel.Warning, "Streams wait for the database ({Reason}); what is published meanwhile comes later")]
    public static partial void TailWaits(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Realtime + 3, LogLevel.Warning, "Who is connected was not written this time ({Step}: {Reason}); it is tried again")]
    public static partial void PresenceFailed(this ILogger logger, string step, string reason);
}
