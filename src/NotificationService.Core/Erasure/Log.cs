using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Erasure;

internal static partial class Log
{
    [LoggerMessage(EventId = EventIds.Erasure + 1, Level = LogLevel.Information, Message = "Erasure {Erasure} is finished: {Rows} rows were removed")]
    public static partial void TenantErased(this ILogger logger, Guid erasure, long rows);

    [LoggerMessage(EventId = EventIds.Erasure + 2, Level = LogLevel.Warning, Message = "A tenant could not be erased this time ({Reason})")]
    public static partial void ErasureFailed(this ILogger logger, string reason);
}
