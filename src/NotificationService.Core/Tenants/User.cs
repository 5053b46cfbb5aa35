using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NotificationService.Tenants;

/// <summary>A person who may sign in to one tenant.</summary>
public sealed class User
{
    public required Guid Id { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>The person as a recipient: the caller's own opaque id, by default that of the row.</summary>
    public required string UserId { get; init; }

    public required string Email { get; set; }

    public required string NormalizedEmail { get; set; }

    public required string Name { get; set; }

    /// <summary>Some of <see cref="UserRoles.All"/>.</summary>
    public required string[] Roles { get; set; }

    public string? PasswordHash { get; set; }

    public required string SecurityStamp { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>When the address first signed in here; registering is the first sign-in. Those where it did so earliest are looked at first.</summary>
    public DateTimeOffset? SignedInAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class UserMapping : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> builder)
    {
        builder.ToTable("users");
        builder.HasKey(user => new { user.TenantId, user.Id });
        builder.Property(user => user.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        builder.HasOne<Tenant>().WithMany().HasForeignKey(user => user.TenantId);
    }
}
