using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Users;

internal static partial class Log
{
    [LoggerMessage(EventId = EventIds.Users + 1, Level = LogLevel.Warning, Message = "Rows of the file of people {Import} could not be worked ({Reason}); they are tried again")]
    public static partial void RowsFailed(this ILogger logger, Guid import, string reason);

    [LoggerMessage(EventId = EventIds.Users + 2, Level = LogLevel.Warning, Message = "Files of people could not be worked this time ({Reason})")]
    public static partial void ImportsFailed(this ILogger logger, string reason);
}
