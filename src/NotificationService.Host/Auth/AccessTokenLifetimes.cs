namespace NotificationService.Host.Auth;

/// <summary>How long tokens are good.</summary>
public static class AccessTokenLifetimes
{
    public static readonly TimeSpan User = TimeSpan.FromMinutes(15);
    public static readonly TimeSpan ServiceAccount = TimeSpan.FromHours(1);
    public static readonly TimeSpan Refresh = TimeSpan.FromDays(14);

    /// <summary>The longest of the access tokens; a disabled subject must be remembered for that long.</summary>
    public static readonly TimeSpan Longest = ServiceAccount;
}
