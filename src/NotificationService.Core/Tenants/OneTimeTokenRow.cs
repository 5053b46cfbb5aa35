using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NotificationService.Tenants;

/// <summary>A token that went out by mail, without its secret.</summary>
public sealed class OneTimeTokenRow
{
    public required Guid Id { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>The user row.</summary>
    public required Guid AccountId { get; init; }

    public required OneTimeTokenKind Kind { get; init; }

    public required byte[] Hash { get; init; }

    /// <summary>The address that is to become the account's.</summary>
    public string? Email { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was used, or another one was sent in its place.</summary>
    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>What a token is good for. Stored by number.</summary>
public enum OneTimeTokenKind : short
{
    ConfirmEmail = 1,
    ResetPassword = 2,
    AcceptInvitation = 3,
    ChangeEmail = 4,
}

internal sealed class OneTimeTokenMapping : IEntityTypeConfiguration<OneTimeTokenRow>
{
    public void Configure(EntityTypeBuilder<OneTimeTokenRow> builder)
    {
        builder.ToTable("one_time_tokens");
        builder.HasKey(token => new { token.TenantId, token.Id });
        builder.Property(token => token.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }
}
