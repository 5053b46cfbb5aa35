using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Tenants;

namespace NotificationService.EventRules;

/// <summary>What becomes of the events of one type: which template is sent, and where in the event it stands to whom.</summary>
public sealed class EventRule
{
    public required Guid Id { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>The events' type, in full.</summary>
    public required string Type { get; set; }

    public required string Template { get; set; }

    /// <summary>Null for those of the template for which the recipient has an address.</summary>
    public string[]? Channels { get; set; }

    /// <summary>JSON: path by recipient field.</summary>
    public required string Recipient { get; set; }

    /// <summary>JSON: path by variable; null for the event's data as they are.</summary>
    public string? Data { get; set; }

    public string? Category { get; set; }

    public string? Priority { get; set; }

    public required bool Enabled { get; set; }

    public required int Revision { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public IReadOnlyDictionary<string, string> RecipientPaths => Paths(Recipient) ?? throw new InvalidOperationException("a rule has paths");

    public IReadOnlyDictionary<string, string>? DataPaths => Paths(Data);

    public override string ToString() => $"event rule {Id}";

    internal static string? Json(IReadOnlyDictionary<string, string>? paths) =>
        paths is null ? null : JsonSerializer.Serialize(paths, EventRuleJson.Default.IReadOnlyDictionaryStringString);

    private static IReadOnlyDictionary<string, string>? Paths(string? json) =>
        json is null ? null : JsonSerializer.Deserialize(json, EventRuleJson.Default.IReadOnlyDictionaryStringString);
}

public sealed class EventRuleMapping : IEntityTypeConfiguration<EventRule>
{
    public void Configure(EntityTypeBuilder<EventRule> builder)
    {
        builder.ToTable("event_rules");
        builder.HasKey(rule => new { rule.TenantId, rule.Id });
        builder.Property(rule => rule.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        builder.Property(rule => rule.Recipient).HasColumnType("json");
        builder.Property(rule => rule.Data).HasColumnType("json");
        builder.Property(rule => rule.Revision).IsConcurrencyToken();
        builder.Ignore(rule => rule.RecipientPaths);
        builder.Ignore(rule => rule.DataPaths);
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class EventRuleJson : System.Text.Json.Serialization.JsonSerializerContext;
