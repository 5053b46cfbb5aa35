using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Tenants;

namespace NotificationService.Channels;

/// <summary>What the sandbox was given, as a vendor would have been.</summary>
public sealed class SandboxMessage
{
    public Guid Id { get; init; }

    public TenantId TenantId { get; init; }

    public Guid ProviderId { get; init; }

    public Guid DeliveryId { get; init; }

    public int Attempt { get; init; }

    public ChannelKind Channel { get; init; }

    /// <summary>The address it was for: an e-mail address, a number, the first device token, a user id.</summary>
    public required string Recipient { get; init; }

    /// <summary>The message as JSON.</summary>
    public required string Message { get; init; }

    public string? Category { get; init; }

    /// <summary>The outcome that the recipient asked for.</summary>
    public required string Outcome { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether a live account sent it.</summary>
    public bool Live { get; init; }
}

public sealed class SandboxMessageMapping : IEntityTypeConfiguration<SandboxMessage>
{
    public void Configure(EntityTypeBuilder<SandboxMessage> builder)
    {
        builder.ToTable("sandbox_messages");
        builder.HasKey(row => new { row.TenantId, row.Id });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        builder.Property(row => row.Message).HasColumnType("json");
    }
}
