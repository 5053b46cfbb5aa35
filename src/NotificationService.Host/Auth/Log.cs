using NotificationService.Telemetry;

namespace NotificationService.Host.Auth;

internal static partial class Log
{
    [LoggerMessage(EventIds.Auth + 1, LogLevel.Warning, "Could not read which users and service accounts are disabled; the last reading holds")]
    public static partial void DisabledSubjectsUnknown(this ILogger log, Exception exception);
}
