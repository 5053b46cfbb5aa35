using System.Security.Cryptography;

namespace NotificationService.Tenants;

/// <summary>A user's row as it begins, without a password.</summary>
public static class NewUser
{
    /// <summary>The id is also the person's id as a recipient unless one is named.</summary>
    public static User Row(Guid id, TenantId tenant, string email, string name, string[] roles, DateTimeOffset now, string? userId = null) => new()
    {
        Id = id,
        TenantId = tenant,
        UserId = userId ?? id.ToString(),
        Email = email.Trim(),
        NormalizedEmail = User.Normalize(email),
        Name = name,
        Roles = roles,
        SecurityStamp = Stamp(),
        SignInOrder = User.Unconfirmed,
        CreatedAt = now,
    };

    /// <summary>Another one each time what a person signs in with changes.</summary>
    public static string Stamp() => Convert.ToHexString(RandomNumberGenerator.GetBytes(20));
}
