using System.Security.Cryptography;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

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
        NormalizedEmail = IdentityUserStore.Normalize(email),
        Name = name,
        Roles = roles,
        SecurityStamp = Convert.ToHexString(RandomNumberGenerator.GetBytes(20)),
        CreatedAt = now,
    };
}
