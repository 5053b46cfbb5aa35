using System.Text.Json;
using System.Text.Json.Serialization;

namespace NotificationService.Lookups;

/// <summary>A value of a choice list.</summary>
/// <param name="Id">Of a tenant's own; null for one of the service's.</param>
/// <param name="Type">Which list.</param>
/// <param name="Code">What is sent and stored.</param>
/// <param name="Labels">What people read, by locale.</param>
/// <param name="Order">Its place in the list; the service's own come first.</param>
/// <param name="Active">Whether it is still offered.</param>
public sealed record Lookup(Guid? Id, string Type, string Code, IReadOnlyDictionary<string, string> Labels, int Order, bool Active)
{
    /// <summary>Whether it is one of the service's own.</summary>
    public bool IsSystem => Id is null;

    /// <summary>In a locale, else in its language, else in English, else its code.</summary>
    public string LabelIn(string? locale)
    {
        if (locale is not null)
        {
            if (Labels.TryGetValue(locale, out var exact))
                return exact;
            var language = locale.IndexOf('-', StringComparison.Ordinal) is > 0 and var dash ? locale[..dash] : locale;
            if (Labels.TryGetValue(language, out var near))
                return near;
        }

        return Labels.GetValueOrDefault("en") ?? Code;
    }

    internal static Lookup Of(LookupRow row) => new(row.Id, row.Type, row.Code, Read(row.Labels), row.Position, row.Active);

    internal static Lookup Of(SystemLookupRow row) => new(null, row.Type, row.Code, Read(row.Labels), row.Position, Active: true);

    internal static string Json(IReadOnlyDictionary<string, string> labels) => JsonSerializer.Serialize(labels, LookupJson.Default.IReadOnlyDictionaryStringString);

    private static IReadOnlyDictionary<string, string> Read(string labels) =>
        JsonSerializer.Deserialize(labels, LookupJson.Default.IReadOnlyDictionaryStringString) ?? new Dictionary<string, string>();
}

/// <summary>What a tenant gives of a value; null is left as it is.</summary>
public sealed record LookupChange(IReadOnlyDictionary<string, string>? Labels, int? Order, bool? Active);

/// <summary>What came of saving a value.</summary>
public abstract record LookupSaved
{
    private LookupSaved()
    {
    }

    public sealed record Saved(Lookup Lookup) : LookupSaved;

    /// <summary>The list has such a code.</summary>
    public sealed record CodeTaken : LookupSaved;

    public sealed record LimitReached : LookupSaved;

    public sealed record ChangedMeanwhile : LookupSaved;

    public sealed record NotFound : LookupSaved;
}

[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class LookupJson : JsonSerializerContext;
