using System.Collections.Frozen;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace NotificationService.Tenants;

/// <summary>What a tenant set up, in the form in which it is stored and patched: what is missing has its default.</summary>
public sealed record StoredTenantSettings
{
    public string? Locale { get; init; }

    public string? Timezone { get; init; }

    public Dictionary<string, int>? RetentionDays { get; init; }

    public StoredTenantLimits? Limits { get; init; }

    public Dictionary<string, int>? SmsCaps { get; init; }

    public List<string?>? SendingDomains { get; init; }

    public List<string?>? AllowedOrigins { get; init; }

    public StoredTenantBrand? Brand { get; init; }

    /// <summary>Changes a document as RFC 7396 says: null removes, an object is merged, anything else replaces.</summary>
    public static void Merge(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject changed)
            {
                var inner = target[name] as JsonObject;
                if (inner is null)
                    target[name] = inner = [];
                Merge(inner, changed);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }

    /// <summary>The tenant with these and no other settings, whatever it had before.</summary>
    internal TenantSettings ApplyTo(TenantSettings bare) => bare with
    {
        Locale = Locale ?? TenantSettings.DefaultLocale,
        Timezone = Timezone ?? TenantSettings.DefaultTimezone,
        RetentionDays = (RetentionDays ?? []).ToFrozenDictionary(StringComparer.Ordinal),
        Limits = new(Limits?.SendPerMinute, (Limits?.Daily ?? []).ToFrozenDictionary(StringComparer.Ordinal)),
        SmsCaps = (SmsCaps ?? []).ToFrozenDictionary(StringComparer.Ordinal),
        SendingDomains = [.. (SendingDomains ?? []).OfType<string>()],
        AllowedOrigins = [.. (AllowedOrigins ?? []).OfType<string>()],
        Brand = new(Brand?.Name ?? bare.Name, Brand?.LogoUrl, Brand?.Color),
    };
}

/// <summary>How much the tenant may send.</summary>
public sealed record StoredTenantLimits
{
    public int? SendPerMinute { get; init; }

    public Dictionary<string, int>? Daily { get; init; }
}

/// <summary>What templates may say of it.</summary>
public sealed record StoredTenantBrand
{
    public string? Name { get; init; }

    public string? LogoUrl { get; init; }

    public string? Color { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StoredTenantSettings))]
internal sealed partial class TenantSettingsJson : JsonSerializerContext;
