using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Recipients.Preferences;

/// <summary>A person's preferences as they are stored.</summary>
public sealed class RecipientPreferencesRow
{
    public required TenantId TenantId { get; init; }

    public required string UserId { get; init; }

    public required long Version { get; set; }

    /// <summary>JSON: <see cref="PersonPreferences"/>.</summary>
    public required string Says { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public override string ToString() => "a person's preferences";

    internal static PersonPreferences Read(string says) => JsonSerializer.Deserialize(says, PreferencesJson.Default.PersonPreferences) ?? PersonPreferences.None;

    internal static byte[] Write(PersonPreferences says) => ReadableJson.Utf8(says, PreferencesJson.Default.PersonPreferences);
}

internal sealed class RecipientPreferencesMapping : IEntityTypeConfiguration<RecipientPreferencesRow>
{
    public void Configure(EntityTypeBuilder<RecipientPreferencesRow> builder)
    {
        builder.ToTable("recipient_preferences");
        builder.HasKey(row => new { row.TenantId, row.UserId });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        builder.HasOne<Tenant>().WithMany().HasForeignKey(row => row.TenantId);
        builder.Property(row => row.Says).HasColumnType("json");
        builder.Property(row => row.Version).IsConcurrencyToken();
    }
}
