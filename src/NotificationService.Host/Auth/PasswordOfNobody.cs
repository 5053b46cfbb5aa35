using Microsoft.AspNetCore.Identity;
using NotificationService.Tenants;

namespace NotificationService.Host.Auth;

/// <summary>A user that is none and a hash that no password fits: checked where there is nobody to check, so that it takes as long.</summary>
public sealed class PasswordOfNobody
{
    public PasswordOfNobody(IPasswordHasher<User> hasher) => Hash = hasher.HashPassword(User, ClientSecrets.NewSecret());

    public string Hash { get; }

    public User User { get; } = new()
    {
        Id = Guid.Empty,
        TenantId = default,
        UserId = "",
        Email = "",
        NormalizedEmail = "",
        Name = "",
        Roles = [],
        SecurityStamp = "",
        CreatedAt = default,
    };
}
