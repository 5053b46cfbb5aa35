using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NotificationService.Tenants;

/// <summary>A sign-in of a person, without its secrets: one row for all the refresh tokens that came of it.</summary>
public sealed class Session
{
    public Guid Id { get; init; }

    public TenantId TenantId { get; init; }

    /// <summary>The user's row.</summary>
    public Guid AccountId { get; init; }

    public string? Ip { get; init; }

    public string? UserAgent { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}

internal sealed class SessionMapping : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> builder)
    {
        builder.ToTable("refresh_tokens");
        builder.HasKey(session => new { session.TenantId, session.Id });
        builder.Property(session => session.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }
}
