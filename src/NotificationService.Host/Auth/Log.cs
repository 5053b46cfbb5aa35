using NotificationService.Telemetry;

namespace NotificationService.Host.Auth;

internal static partial class Log
{
    [LoggerMessage(EventIds.Auth + 1, LogLevel.Warning, "Could not read which users and service accounts are disabled ({Reason}); the last reading holds")]
    public static partial void DisabledSubjectsUnknown(this ILogger log, string reason);

    [LoggerMessage(EventIds.Auth + 2, LogLevel.Warning, "A refresh token of sign-in {SignIn} of tenant {Tenant} was used a second time; the sign-in was ended")]
    public static partial void RefreshTokenReused(this ILogger log, Guid signIn, Guid tenant);
}
