using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NotificationService.Tenants;

/// <summary>A person's second factor as it is stored.</summary>
public sealed class TotpSecret
{
    public required TenantId TenantId { get; init; }

    public required Guid AccountId { get; init; }

    public required string KeyId { get; init; }

    public required byte[] Sealed { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: not asked for yet.</summary>
    public DateTimeOffset? ConfirmedAt { get; set; }

    /// <summary>Of this step and those before it no code is good any more.</summary>
    public long LastStep { get; set; }

    /// <summary>Wrong codes since <see cref="FailingSince"/>.</summary>
    public int Failures { get; set; }

    public DateTimeOffset? FailingSince { get; set; }
}

/// <summary>The hash of a code for who has lost the telephone.</summary>
public sealed class RecoveryCode
{
    public required TenantId TenantId { get; init; }

    public required Guid AccountId { get; init; }

    public required byte[] Hash { get; init; }
}

internal sealed class TotpMapping : IEntityTypeConfiguration<TotpSecret>, IEntityTypeConfiguration<RecoveryCode>
{
    public void Configure(EntityTypeBuilder<TotpSecret> builder)
    {
        builder.ToTable("totp_secrets");
        builder.HasKey(secret => new { secret.TenantId, secret.AccountId });
        builder.Property(secret => secret.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }

    public void Configure(EntityTypeBuilder<RecoveryCode> builder)
    {
        builder.ToTable("recovery_codes");
        builder.HasKey(code => new { code.TenantId, code.AccountId, code.Hash });
        builder.Property(code => code.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }
}
