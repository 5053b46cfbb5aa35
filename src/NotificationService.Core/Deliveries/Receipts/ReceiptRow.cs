using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Channels;
using NotificationService.Tenants;

namespace NotificationService.Deliveries.Receipts;

/// <summary>A receipt as people look at it.</summary>
public sealed class ReceiptRow
{
    public required Guid Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required Guid ProviderId { get; init; }

    public Guid? DeliveryId { get; init; }

    public string? ProviderMessageId { get; init; }

    public required ReceiptKind Kind { get; init; }

    public required ReceiptState State { get; init; }

    /// <summary>What it waits for, why it changed nothing, why nothing matched.</summary>
    public string? Reason { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public string? Code { get; init; }

    public string? Message { get; init; }

    /// <summary>Whether it is about what a live account sent; of what names no message a sandbox reports tests and every other provider live.</summary>
    public bool Live { get; init; }

    public override string ToString() => $"receipt {Id}";
}

public sealed class ReceiptMapping : IEntityTypeConfiguration<ReceiptRow>
{
    public void Configure(EntityTypeBuilder<ReceiptRow> builder)
    {
        builder.ToTable("receipts");
        builder.HasKey(row => new { row.TenantId, row.Id });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }
}
