using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NotificationService.Tenants;

/// <summary>A program of a tenant that may call the service.</summary>
public sealed class ServiceAccount
{
    public required Guid Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required string ClientId { get; init; }

    public required string Name { get; set; }

    /// <summary>Some of <see cref="Tenants.Scopes.All"/>.</summary>
    public required string[] Scopes { get; set; }

    /// <summary>What a test account sends only ever reaches the sandbox.</summary>
    public required bool Live { get; set; }

    public required string SecretHash { get; set; }

    /// <summary>Of the secret before it, which is good until <see cref="PreviousUntil"/>.</summary>
    public string? PreviousHash { get; set; }

    public DateTimeOffset? PreviousUntil { get; set; }

    /// <summary>Rises whenever what an access token says of the account is not so any more. The database raises it by itself for all but secrets.</summary>
    public int TokenVersion { get; set; }

    /// <summary>Addresses and CIDR blocks; empty for everywhere.</summary>
    public required string[] IpAllowList { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    public DateTimeOffset? RotatedAt { get; set; }

    /// <summary>To the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed class ServiceAccountMapping : IEntityTypeConfiguration<ServiceAccount>
{
    public void Configure(EntityTypeBuilder<ServiceAccount> builder)
    {
        builder.ToTable("service_accounts");
        builder.HasKey(account => new { account.TenantId, account.Id });
        builder.Property(account => account.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        builder.HasOne<Tenant>().WithMany().HasForeignKey(account => account.TenantId);
    }
}
