using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NotificationService.Tenants;

/// <summary>A person who may sign in to one tenant.</summary>
public sealed class User
{
    public const short First = 0;

    /// <summary>Anybody may register under anybody's address, so those who have not confirmed theirs come last.</summary>
    public const short Unconfirmed = 1;

    public required Guid Id { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>The person as a recipient: the caller's own opaque id, by default that of the row.</summary>
    public required string UserId { get; init; }

    public required string Email { get; set; }

    public required string NormalizedEmail { get; set; }

    public required string Name { get; set; }

    /// <summary>Some of <see cref="UserRoles.All"/>.</summary>
    public required string[] Roles { get; set; }

    /// <summary>Free names that the tenant gives, such as <c>landlord</c> or <c>customer:42</c>.</summary>
    public string[] Groups { get; set; } = [];

    public string? PasswordHash { get; set; }

    public required string SecurityStamp { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>When the person showed that the address is his, by a link that went there.</summary>
    public DateTimeOffset? EmailConfirmedAt { get; set; }

    /// <summary>The lowest is looked at first when a log-in names no tenant: <see cref="First"/>, or <see cref="Unconfirmed"/>.</summary>
    public short SignInOrder { get; set; }

    /// <summary>When the invitation that is open was sent; null once it was accepted.</summary>
    public DateTimeOffset? InvitedAt { get; set; }

    public UserStatus Status => DisabledAt is not null ? UserStatus.Disabled : InvitedAt is not null ? UserStatus.Invited : UserStatus.Active;

    /// <summary>Rises whenever what an access token says of the person is not so any more. The database raises it by itself for roles, groups and disabling.</summary>
    public int TokenVersion { get; set; }

    /// <summary>When the address first signed in here; registering is the first sign-in. Those where it did so earliest are looked at first.</summary>
    public DateTimeOffset? SignedInAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>An address as it is compared.</summary>
    public static string Normalize(string email) => email.Trim().ToUpperInvariant();
}

internal sealed class UserMapping : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.ToTable("users");
        builder.HasKey(user => new { user.TenantId, user.Id });
        builder.Property(user => user.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        builder.Ignore(user => user.Status);
        builder.HasOne<Tenant>().WithMany().HasForeignKey(user => user.TenantId);
    }
}
