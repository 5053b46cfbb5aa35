using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;

namespace NotificationService.Notices;

/// <summary>Neither addresses nor values.</summary>
internal static partial class Log
{
    [LoggerMessage(EventIds.Notices + 1, LogLevel.Warning, "notices could not be claimed, the worker goes on: {Reason}")]
    public static partial void ClaimFailed(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Notices + 2, LogLevel.Error, "the notice {Notice} of the template {Template} was refused and is tried again later: {Code}")]
    public static partial void Refused(this ILogger logger, Guid notice, string template, string code);

    [LoggerMessage(EventIds.Notices + 4, LogLevel.Warning, "what admins are to be written to about could not be read, and is looked for again: {Reason}")]
    public static partial void AlarmsFailed(this ILogger logger, string reason);

    [LoggerMessage(EventIds.Notices + 3, LogLevel.Error, "the notice {Notice} of the template {Template} cannot be decrypted here and is tried again later")]
    public static partial void Unreadable(this ILogger logger, Guid notice, string template);
}
