namespace NotificationService.Tenants;

/// <summary>Whether a person can sign in.</summary>
public enum UserStatus
{
    /// <summary>Has not accepted the invitation yet.</summary>
    Invited,
    Active,
    Disabled,
}

/// <summary>The statuses as they are written.</summary>
public static class UserStatuses
{
    public static string ToName(this UserStatus status) => status switch
    {
        UserStatus.Invited => "invited",
        UserStatus.Active => "active",
        UserStatus.Disabled => "disabled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "a closed set"),
    };
}
