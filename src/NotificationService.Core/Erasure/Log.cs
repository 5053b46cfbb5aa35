using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Erasure;

internal static partial class Log
{
    [LoggerMessage(EventId = EventIds.Erasure + 1, Level = LogLevel.Information, Message = "Erasure {Erasure} is finished: {Rows} rows were removed")]
    public static partial void TenantErased(this ILogger logger, Guid erasure, long rows);

    [LoggerMessage(EventId = EventIds.Erasure + 2, Level = LogLevel.Warning, Message = "A tenant could not be erased this time ({Reason})")]
    public static partial void ErasureFailed(this ILogger logger, string reason);

    [LoggerMessage(EventId = EventIds.Erasure + 3, Level = LogLevel.Information, Message = "Erasure {Erasure} of a person is finished")]
    public static partial void RecipientErased(this ILogger logger, Guid erasure);

    [LoggerMessage(EventId = EventIds.Erasure + 4, Level = LogLevel.Warning, Message = "A person could not be erased this time ({Reason})")]
    public static partial void RecipientErasureFailed(this ILogger logger, string reason);
}
