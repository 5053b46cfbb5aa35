using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Quotas;

internal static partial class Log
{
    [LoggerMessage(EventId = EventIds.Quotas + 1, Level = LogLevel.Warning, Message = "Counts of past days were not removed this time ({Reason})")]
    public static partial void PurgeFailed(this ILogger logger, string reason);

    [LoggerMessage(EventId = EventIds.Quotas + 2, Level = LogLevel.Warning, Message = "Shares of quotas that nobody uses were not given back this time ({Reason})")]
    public static partial void ReturnFailed(this ILogger logger, string reason);

    [LoggerMessage(EventId = EventIds.Quotas + 3, Level = LogLevel.Warning, Message = "This process ends without having given back its shares of quotas ({Reason}); a hundredth of each at most stays unused today")]
    public static partial void SharesLost(this ILogger logger, string reason);
}
