using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NotificationService.Channels;
using NotificationService.Tenants;

namespace NotificationService.Categories;

/// <summary>A category as it is stored.</summary>
public sealed class CategoryRow
{
    public required TenantId TenantId { get; init; }

    public required Guid Id { get; init; }

    public required string Key { get; init; }

    public required string Name { get; set; }

    /// <summary>A JSON object: name by locale.</summary>
    public required string Names { get; set; }

    /// <summary>A JSON object: true or false by channel.</summary>
    public required string Channels { get; set; }

    public bool Critical { get; set; }

    public bool Marketing { get; set; }

    public bool Digestable { get; set; }

    /// <summary>Seconds.</summary>
    public int? ExpiresAfter { get; set; }

    public int? ThrottleMax { get; set; }

    /// <summary>Seconds.</summary>
    public int? ThrottleWindow { get; set; }

    public required int Revision { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>One that says nothing.</summary>
    public static CategoryRow New(TenantId tenant, Guid id, string key, DateTimeOffset now) =>
        new() { TenantId = tenant, Id = id, Key = key, Name = key, Names = "{}", Channels = "{}", Revision = 1, CreatedAt = now, UpdatedAt = now };

    public CategoryRow With(CategoryChange wanted)
    {
        Write(wanted);
        return this;
    }

    public Category ToCategory() => new(
        Id, Key, Name, JsonSerializer.Deserialize(Names, CategoryJson.Default.IReadOnlyDictionaryStringString) ?? new Dictionary<string, string>(),
        new CategoryRule(CategoryJson.Read(Channels), Critical, Marketing, Seconds(ExpiresAfter)), Digestable,
        ThrottleMax is { } max && Seconds(ThrottleWindow) is { } window ? new Throttle(max, window) : null, CreatedAt, UpdatedAt);

    public void Write(CategoryChange wanted)
    {
        Name = wanted.Name ?? (wanted.IsWhole ? Key : Name);
        if (wanted.Names is not null || wanted.IsWhole)
            Names = JsonSerializer.Serialize(wanted.Names ?? new Dictionary<string, string>(), CategoryJson.Default.IReadOnlyDictionaryStringString);
        if (wanted.Channels is not null || wanted.IsWhole)
            Channels = CategoryJson.Write(wanted.Channels ?? new Dictionary<ChannelKind, bool>());
        (Critical, Marketing, Digestable) = (Or(wanted.Critical, Critical), Or(wanted.Marketing, Marketing), Or(wanted.Digestable, Digestable));
        if (wanted.ExpiresAfter is not null || wanted.IsWhole)
            ExpiresAfter = (int?)wanted.ExpiresAfter?.TotalSeconds;
        if (wanted.Throttle is not null || wanted.IsWhole)
            (ThrottleMax, ThrottleWindow) = (wanted.Throttle?.Max, (int?)wanted.Throttle?.Window.TotalSeconds);

        bool Or(bool? said, bool was) => said ?? (!wanted.IsWhole && was);
    }

    private static TimeSpan? Seconds(int? seconds) => seconds is { } some ? TimeSpan.FromSeconds(some) : null;
}

internal sealed class CategoryRowMapping : IEntityTypeConfiguration<CategoryRow>
{
    public void Configure(EntityTypeBuilder<CategoryRow> builder)
    {
        builder.ToTable("categories");
        builder.HasKey(row => new { row.TenantId, row.Id });
        builder.Property(row => row.TenantId).HasConversion(id => id.Value, value => new TenantId(value));
        builder.HasOne<Tenant>().WithMany().HasForeignKey(row => row.TenantId);
        builder.Property(row => row.Names).HasColumnType("json");
        builder.Property(row => row.Channels).HasColumnType("json");
        builder.Property(row => row.Revision).IsConcurrencyToken();
    }
}

[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, bool>))]
internal sealed partial class CategoryJson : JsonSerializerContext
{
    public static string Write(IReadOnlyDictionary<ChannelKind, bool> channels) =>
        JsonSerializer.Serialize(channels.ToDictionary(channel => channel.Key.ToName(), channel => channel.Value), Default.IReadOnlyDictionaryStringBoolean);

    public static IReadOnlyDictionary<ChannelKind, bool> Read(string json)
    {
        // Most say nothing.
        if (json == "{}")
            return CategoryRule.Silent.Channels;
        var channels = new Dictionary<ChannelKind, bool>();
        foreach (var (name, isOn) in JsonSerializer.Deserialize(json, Default.IReadOnlyDictionaryStringBoolean) ?? new Dictionary<string, bool>())
        {
            if (ChannelKinds.TryParse(name, out var channel))
                channels[channel] = isOn;
        }

        return channels;
    }
}
