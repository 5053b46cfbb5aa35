using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Tenants;

namespace NotificationService.Lookups;

/// <summary>A value that a tenant has added to a choice list, or to one of its own.</summary>
public sealed class LookupRow
{
    public required TenantId TenantId { get; init; }

    public required Guid Id { get; init; }

    public required string Type { get; init; }

    public required string Code { get; init; }

    /// <summary>A JSON object: label by locale.</summary>
    public required string Labels { get; set; }

    public required int Position { get; set; }

    public required bool Active { get; set; }

    public required int Revision { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>One of the service's own values, the same for every tenant.</summary>
public sealed class SystemLookupRow
{
    public required string Type { get; init; }

    public required string Code { get; init; }

    public required int Position { get; init; }

    public required string Labels { get; init; }
}

internal sealed class LookupRowMapping : IEntityTypeConfiguration<LookupRow>
{
    public void Configure(EntityTypeBuilder<LookupRow> builder)
    {
        builder.ToTable("lookups");
        builder.HasKey(row => new { row.TenantId, row.Id });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        builder.HasOne<Tenant>().WithMany().HasForeignKey(row => row.TenantId);
        builder.Property(row => row.Labels).HasColumnType("json");
        builder.Property(row => row.Revision).IsConcurrencyToken();
    }
}

internal sealed class SystemLookupRowMapping : IEntityTypeConfiguration<SystemLookupRow>
{
    public void Configure(EntityTypeBuilder<SystemLookupRow> builder)
    {
        builder.ToTable("system_lookups");
        builder.HasKey(row => new { row.Type, row.Code });
        builder.Property(row => row.Labels).HasColumnType("json");
    }
}
