using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Tenants;

namespace NotificationService.Channels.Routing;

/// <summary>That a provider's account does not work, as every node shall know.</summary>
public sealed class ProviderSuspension
{
    public TenantId TenantId { get; init; }

    public Guid ProviderId { get; init; }

    /// <summary>Of the provider; when that has another one by now, somebody corrected it.</summary>
    public int Revision { get; init; }

    public required string Code { get; init; }

    public required string Message { get; init; }

    public DateTimeOffset SuspendedAt { get; init; }
}

public sealed class ProviderSuspensionMapping : IEntityTypeConfiguration<ProviderSuspension>
{
    public void Configure(EntityTypeBuilder<ProviderSuspension> builder)
    {
        builder.ToTable("provider_suspensions");
        builder.HasKey(row => new { row.TenantId, row.ProviderId });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }
}
