using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Channels.Routing;
using NotificationService.Tenants;

namespace NotificationService.Channels;

/// <summary>A provider as it is stored, without its credentials.</summary>
public sealed class ProviderRow
{
    public Guid Id { get; init; }

    public TenantId TenantId { get; init; }

    public ChannelKind Channel { get; init; }

    public required string Type { get; init; }

    public required string Name { get; set; }

    public int Priority { get; set; }

    public int Weight { get; set; }

    public bool Enabled { get; set; }

    public int? RateLimit { get; set; }

    /// <summary>The most calls at once from one worker.</summary>
    public int? Concurrency { get; set; }

    public required string Settings { get; set; }

    public int Revision { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public List<ProviderCredentialRow> Credentials { get; init; } = [];

    /// <summary>Set while its account does not work; counts only with the same revision.</summary>
    public ProviderSuspension? Suspension { get; init; }

    /// <summary>Why its deliveries wait, if they do.</summary>
    public ProviderSuspension? CurrentSuspension => Suspension?.Revision == Revision ? Suspension : null;
}

/// <summary>One sealed credential of a provider.</summary>
public sealed class ProviderCredentialRow
{
    public TenantId TenantId { get; init; }

    public Guid ProviderId { get; init; }

    public required string Field { get; init; }

    public required string KeyId { get; set; }

    public required byte[] Sealed { get; set; }

    public required string Hint { get; set; }
}

public sealed class ProviderMapping : IEntityTypeConfiguration<ProviderRow>
{
    public void Configure(EntityTypeBuilder<ProviderRow> builder)
    {
        builder.ToTable("providers");
        builder.HasKey(row => new { row.TenantId, row.Id });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        builder.Property(row => row.Settings).HasColumnType("json");
        builder.Property(row => row.Revision).IsConcurrencyToken();
        builder.Ignore(row => row.CurrentSuspension);
        builder.HasOne(row => row.Suspension).WithOne().HasForeignKey<ProviderSuspension>(suspension => new { suspension.TenantId, suspension.ProviderId });
        builder.HasMany(row => row.Credentials).WithOne().HasForeignKey(credential => new { credential.TenantId, credential.ProviderId });
    }
}

public sealed class ProviderCredentialMapping : IEntityTypeConfiguration<ProviderCredentialRow>
{
    public void Configure(EntityTypeBuilder<ProviderCredentialRow> builder)
    {
        builder.ToTable("provider_credentials");
        builder.HasKey(row => new { row.TenantId, row.ProviderId, row.Field });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }
}
