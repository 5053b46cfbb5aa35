namespace NotificationService.Tenants;

/// <summary>What a person may do.</summary>
public static class UserRoles
{
    /// <summary>Looks after all tenants.</summary>
    public const string PlatformAdmin = "platform_admin";

    public const string Admin = "admin";

    /// <summary>Sends and retries; sees no credentials.</summary>
    public const string Operator = "operator";

    public const string Viewer = "viewer";

    /// <summary>Its own inbox and preferences only.</summary>
    public const string User = "user";

    /// <summary>Whether somebody with these roles looks after the tenant.</summary>
    public static bool IsAdmin(IEnumerable<string?> roles) => roles.Any(role => role is Admin or PlatformAdmin);

    public static IReadOnlyList<string> All { get; } = [PlatformAdmin, Admin, Operator, Viewer, User];
}
