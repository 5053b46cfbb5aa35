using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace NotificationService.Tenants;

/// <summary>One row of the audit log as it is added; never changed. Its place in the tenant's chain and its hash are the database's to give.</summary>
public sealed class AuditEntry
{
    public required Guid Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary><c>user</c>, <c>service_account</c> or <c>system</c>.</summary>
    public required string ActorKind { get; init; }

    public Guid? ActorId { get; init; }

    public string? ActorName { get; init; }

    public string? Ip { get; init; }

    public string? UserAgent { get; init; }

    public required string Action { get; init; }

    public required string Target { get; init; }

    /// <summary>What was so before: a JSON object.</summary>
    public string? Before { get; init; }

    /// <summary>What is so now, or what else there is to say: a JSON object.</summary>
    public string? After { get; init; }
}

internal sealed class AuditEntryMapping : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.ToTable("audit_log");
        builder.HasKey(entry => new { entry.TenantId, entry.Id });
        builder.Property(entry => entry.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        builder.HasOne<Tenant>().WithMany().HasForeignKey(entry => entry.TenantId);
        builder.Property(entry => entry.Before).HasColumnType("json");
        builder.Property(entry => entry.After).HasColumnType("json");
    }
}
