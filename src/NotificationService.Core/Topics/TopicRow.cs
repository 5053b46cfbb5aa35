using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Tenants;

namespace NotificationService.Topics;

/// <summary>A topic as it is stored.</summary>
public sealed class TopicRow
{
    public required TenantId TenantId { get; init; }

    public required bool Live { get; init; }

    public required string Key { get; init; }

    public required Guid Id { get; init; }

    public required string Name { get; set; }

    public required string? Category { get; set; }

    /// <summary>Counted by the statements that subscribe, never written from here.</summary>
    public long Subscribers { get; init; }

    /// <summary>Since when nobody sees it; null while it is there.</summary>
    public DateTimeOffset? RemovedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public Topic ToTopic() => new(Id, Key, Name, Category, Subscribers, CreatedAt, UpdatedAt);
}

internal sealed class TopicRowMapping : IEntityTypeConfiguration<TopicRow>
{
    public void Configure(EntityTypeBuilder<TopicRow> builder)
    {
        builder.ToTable("topics");
        builder.HasKey(row => new { row.TenantId, row.Live, row.Key });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }
}
