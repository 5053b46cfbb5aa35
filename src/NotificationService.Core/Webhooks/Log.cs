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

    [LoggerMessage(EventIds.Webhooks + 5, LogLevel.Error, "what is stored of webhook endpoint {Endpoint} cannot be used: {Reason}")]
    public static partial void EndpointUnreadable(this ILogger logger, Guid endpoint, string reason);

    [LoggerMessage(EventIds.Webhooks + 6, LogLevel.Error, "webhook endpoint {Endpoint} is sealed under a master key that this process does not have; its messages are left to others")]
    public static partial void KeyMissing(this ILogger logger, Guid endpoint);

    [LoggerMessage(EventIds.Webhooks + 7, LogLevel.Error, "the database refuses the outcome of webhook message {Message}, {Kept}: {Reason}")]
    public static partial void OutcomeRefused(this ILogger logger, Guid message, string kept, string reason);

    [LoggerMessage(EventIds.Webhooks + 8, LogLevel.Warning, "webhook endpoint {Endpoint} was disabled: {Reason}")]
    public static partial void EndpointDisabled(this ILogger logger, Guid endpoint, string reason);

    [LoggerMessage(EventIds.Webhooks + 9, LogLevel.Warning, "the maintenance of webhooks failed at {Step} and goes on: {Reason}")]
    public static partial void MaintenanceFailed(this ILogger logger, string step, string reason);
}
