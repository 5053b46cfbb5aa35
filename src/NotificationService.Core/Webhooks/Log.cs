using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Webhooks;

/// <summary>Neither addresses, bodies nor secrets.</summary>
internal static partial class Log
{
    [LoggerMessage(EventIds.Webhooks + 1, LogLevel.Warning, "webhook messages could not be claimed, the worker goes on: {Reason}")]
    public static partial void ClaimFailed(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Webhooks + 2, LogLevel.Warning, "{Count} outcomes of webhook calls wait for the database: {Reason}")]
    public static partial void OutcomesWait(this ILogger logger, int count, string reason);

    [LoggerMessage(EventIds.Webhooks + 3, LogLevel.Error, "the webhook message {Message} was not handled, its lease brings it back: {Reason}")]
    public static partial void MessageFailed(this ILogger logger, Guid message, string reason);

    [LoggerMessage(EventIds.Webhooks + 4, LogLevel.Warning, "a replay of webhook messages failed and goes on: {Reason}")]
    public static partial void ReplayFailed(this ILogger logger, string reason);
}
