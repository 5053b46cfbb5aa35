using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Recipients;

/// <summary>See <see cref="EventIds.Recipients"/>.</summary>
internal static partial class Log
{
    [LoggerMessage(EventIds.Recipients + 1, LogLevel.Warning, "The user service fails and is left alone for a few seconds")]
    public static partial void LeftAlone(this ILogger logger);

    [LoggerMessage(EventIds.Recipients + 2, LogLevel.Information, "The user service answers again")]
    public static partial void AnswersAgain(this ILogger logger);

    [LoggerMessage(EventIds.Recipients + 3, LogLevel.Warning, "A question to the user service failed unexpectedly ({Reason})")]
    public static partial void QuestionFailed(this ILogger logger, string reason);
}
