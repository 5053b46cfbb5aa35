using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Notifications;

/// <summary>Event ids 2000–2099.</summary>
internal static partial class Log
{
    [LoggerMessage(EventIds.Notifications, LogLevel.Warning, "A commit shared by {Count} notifications was refused ({SqlState}); each half is written by itself")]
    public static partial void SharedCommitRefused(ILogger logger, int count, string sqlState);

    [LoggerMessage(EventIds.Notifications + 1, LogLevel.Warning, "The accept transaction is run again ({SqlState})")]
    public static partial void CommitRunsAgain(ILogger logger, string sqlState);

    [LoggerMessage(EventIds.Notifications + 2, LogLevel.Information, "The cancelling {Cancel} by filter is through")]
    public static partial void CancelledByFilter(this ILogger logger, Guid cancel);

    [LoggerMessage(EventIds.Notifications + 3, LogLevel.Warning, "Cancelling by filter stands still for a moment ({Reason})")]
    public static partial void CancelFailed(this ILogger logger, string reason);
}
