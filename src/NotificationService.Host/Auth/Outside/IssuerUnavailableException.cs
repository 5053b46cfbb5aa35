namespace NotificationService.Host.Auth.Outside;

/// <summary>A token cannot be judged now: its issuer's keys were never read, or too long ago.</summary>
public sealed class IssuerUnavailableException(string? reason) : Exception($"the token's issuer does not answer ({reason ?? "not asked yet"})");
