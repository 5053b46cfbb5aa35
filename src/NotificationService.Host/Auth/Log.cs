using NotificationService.Telemetry;

namespace NotificationService.Host.Auth;

internal static partial class Log
{
    [LoggerMessage(EventIds.Auth + 1, LogLevel.Warning, "Could not read which access tokens have ended ({Reason}); the last reading holds")]
    public static partial void EndedTokensUnknown(this ILogger log, string reason);

    [LoggerMessage(EventIds.Auth + 2, LogLevel.Warning, "A refresh token of sign-in {SignIn} of tenant {Tenant} was used a second time; the sign-in was ended")]
    public static partial void RefreshTokenReused(this ILogger log, Guid signIn, Guid tenant);

    [LoggerMessage(EventIds.Auth + 41, LogLevel.Warning, "Could not read the keys of an outside issuer ({Reason}); those of the last reading hold for a day")]
    public static partial void OutsideIssuerAway(this ILogger log, string reason);

    [LoggerMessage(EventIds.Auth + 6, LogLevel.Warning, "A link for a new password could not be sent ({Reason}); whoever asked for it asks again")]
    public static partial void PasswordLinkFailed(this ILogger log, string reason);

    [LoggerMessage(EventIds.Auth + 3, LogLevel.Information, "Could not write when service accounts were last used ({Reason}); the next minute's use says as much")]
    public static partial void UsesNotWritten(this ILogger log, string reason);
}
