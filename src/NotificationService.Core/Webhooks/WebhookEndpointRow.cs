using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>A customer's address that events are sent to, without its secrets.</summary>
public sealed class WebhookEndpointRow
{
    public Guid Id { get; init; }

    public TenantId TenantId { get; init; }

    public required string Url { get; set; }

    public string? Description { get; set; }

    /// <summary>Types and families of types.</summary>
    public required string[] Events { get; set; }

    /// <summary>Of a delivery's events only these channels'; null: all.</summary>
    public short[]? Channels { get; set; }

    public string[]? Categories { get; set; }

    public Guid[]? Batches { get; set; }

    public WebhookPayload Payload { get; set; }

    /// <summary>A JSON object: name → what may be shown of its value.</summary>
    public required string Headers { get; set; }

    public bool Enabled { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>gone, failing or asked; null: by a person.</summary>
    public string? DisabledFor { get; set; }

    /// <summary>Nothing has succeeded since.</summary>
    public DateTimeOffset? FailingSince { get; set; }

    /// <summary>In a row.</summary>
    public int Failures { get; set; }

    /// <summary>What the latest call that failed came to; null: it is well, or was never called.</summary>
    public string? LastFailure { get; set; }

    public DateTimeOffset? WarnedAt { get; set; }

    public int Revision { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public List<WebhookSecretRow> Secrets { get; init; } = [];

    /// <summary>The secrets that sign at a time, the newest first.</summary>
    public IEnumerable<WebhookSecretRow> SigningAt(DateTimeOffset now) =>
        Secrets.Where(secret => EndpointFields.IsSecret(secret.Field) && !(secret.RetiresAt <= now)).OrderByDescending(secret => secret.CreatedAt);
}

/// <summary>How much an event shows.</summary>
public enum WebhookPayload : short
{
    Full = 1,

    /// <summary>Without what the caller gave with the notification, and which vendor it went to.</summary>
    Thin = 2,
}

/// <summary>One sealed signing secret, or one sealed value of an endpoint's own header.</summary>
public sealed class WebhookSecretRow
{
    public TenantId TenantId { get; init; }

    public Guid EndpointId { get; init; }

    /// <summary><c>secret:&lt;number&gt;</c> or <c>header:&lt;name&gt;</c>.</summary>
    public required string Field { get; init; }

    public required string KeyId { get; set; }

    public required byte[] Sealed { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>An old signing secret signs until then.</summary>
    public DateTimeOffset? RetiresAt { get; set; }
}

public sealed class WebhookEndpointMapping : IEntityTypeConfiguration<WebhookEndpointRow>
{
    public void Configure(EntityTypeBuilder<WebhookEndpointRow> builder)
    {
        builder.ToTable("webhook_endpoints");
        builder.HasKey(row => new { row.TenantId, row.Id });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        builder.Property(row => row.Headers).HasColumnType("json");
        builder.Property(row => row.Revision).IsConcurrencyToken();
        builder.HasMany(row => row.Secrets).WithOne().HasForeignKey(secret => new { secret.TenantId, secret.EndpointId });
    }
}

public sealed class WebhookSecretMapping : IEntityTypeConfiguration<WebhookSecretRow>
{
    public void Configure(EntityTypeBuilder<WebhookSecretRow> builder)
    {
        builder.ToTable("webhook_secrets");
        builder.HasKey(row => new { row.TenantId, row.EndpointId, row.Field });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
    }
}
