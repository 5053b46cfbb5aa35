using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Tenants;

internal static partial class Log
{
    [LoggerMessage(EventId = EventIds.Tenants + 1, Level = LogLevel.Information, Message = "Removed {Rows} rows of {Table} that were past their retention")]
    public static partial void Purged(this ILogger logger, int rows, string table);

    [LoggerMessage(EventId = EventIds.Tenants + 3, Level = LogLevel.Information, Message = "Looked at {Notifications} notifications whose tenant does not keep their content for longer")]
    public static partial void ContentRedacted(this ILogger logger, int notifications);

    [LoggerMessage(EventId = EventIds.Tenants + 2, Level = LogLevel.Warning, Message = "Retention of {Table} could not be applied this time ({Reason})")]
    public static partial void PurgeFailed(this ILogger logger, string table, string reason);

    [LoggerMessage(EventId = EventIds.Tenants + 8, Level = LogLevel.Warning, Message = "Sign-ins could not be written to the audit log this time ({Reason})")]
    public static partial void SignInRecordsFailed(this ILogger logger, string reason);
}
