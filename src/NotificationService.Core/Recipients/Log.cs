using Microsoft.Extensions.Logging;
using NotificationService.Telemetry;
using NotificationService.Tenants;

namespace NotificationService.Recipients;

/// <summary>See <see cref="EventIds.Recipients"/>.</summary>
internal static partial class Log
{
    [LoggerMessage(EventIds.Recipients + 1, LogLevel.Warning, "The user service fails for the tenant {Tenant} and is left alone for a few seconds")]
    public static partial void LeftAlone(this ILogger logger, TenantId tenant);

    [LoggerMessage(EventIds.Recipients + 2, LogLevel.Information, "The user service answers again for the tenant {Tenant}")]
    public static partial void RespondsAgain(this ILogger logger, TenantId tenant);

    [LoggerMessage(EventIds.Recipients + 3, LogLevel.Warning, "A question to the user service failed unexpectedly ({Reason})")]
    public static partial void QuestionFailed(this ILogger logger, string reason);
}
