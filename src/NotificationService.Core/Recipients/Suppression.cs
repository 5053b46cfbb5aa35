using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Channels;
using NotificationService.Tenants;

namespace NotificationService.Recipients;

/// <summary>An address that must not be written to, for one reason.</summary>
public sealed class Suppression
{
    public required Guid Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required ChannelKind Channel { get; init; }

    /// <summary>As <see cref="Normalize"/> writes it.</summary>
    public required string Address { get; init; }

    public required SuppressionReason Reason { get; init; }

    /// <summary>What it must not be sent, as <see cref="SuppressionScopes"/> writes it.</summary>
    public string Scope { get; init; } = SuppressionScopes.All;

    /// <summary>The provider that reported it; null for what was put on the list by hand.</summary>
    public Guid? ProviderId { get; init; }

    /// <summary>The delivery that showed it, where there was one.</summary>
    public Guid? DeliveryId { get; init; }

    /// <summary>The provider's code; or how whoever reads there said so: <c>one_click</c>, <c>unsubscribe_page</c> or <c>preferences_page</c>.</summary>
    public string? Code { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }

    /// <summary>From when on it may be written to again; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>
    /// One spelling for each address, by the rule of its channel: without it a list would be passed by writing it differently.
    /// </summary>
    public static string Normalize(ChannelKind channel, string address) =>
        ChannelTable.Of(channel).Suppression?.Spelling(address) ?? address;

    public override string ToString() => $"suppression {Id}";
}

public sealed class SuppressionMapping : IEntityTypeConfiguration<Suppression>
{
    public void Configure(EntityTypeBuilder<Suppression> builder)
    {
        builder.ToTable("suppressions");
        builder.HasKey(row => new { row.TenantId, row.Id });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }
}
