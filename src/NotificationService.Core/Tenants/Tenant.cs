using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NotificationService.Tenants;

/// <summary>An organisation whose notifications, people and secrets no other one sees.</summary>
public sealed class Tenant
{
    public required TenantId TenantId { get; init; }

    /// <summary>A short name for addresses and sign-in, unique in the service.</summary>
    public required string Key { get; init; }

    public required string Name { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Of the address that registered it and of its name; null where nobody did.</summary>
    public byte[]? RegistrationHash { get; init; }
}

internal sealed class TenantMapping : IEntityTypeConfiguration<Tenant>
{
    public void Configure(EntityTypeBuilder<Tenant> builder)
    {
        builder.ToTable("tenants");
        builder.HasKey(tenant => tenant.TenantId);
        builder.Property(tenant => tenant.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }
}
