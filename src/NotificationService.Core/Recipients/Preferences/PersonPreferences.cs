using System.Text.Json.Serialization;

namespace NotificationService.Recipients.Preferences;

/// <summary>What a person wants to be sent. Whatever is left out is no opinion. The property names are those of the API.</summary>
public sealed record PersonPreferences
{
    public static PersonPreferences None { get; } = new();

    /// <summary>Nothing for now, but what is critical.</summary>
    public bool Paused { get; init; }

    /// <summary>When the pause ends by itself; null for never.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>By channel.</summary>
    public IReadOnlyDictionary<string, bool>? Channels { get; init; }

    /// <summary>By a category's key.</summary>
    public IReadOnlyDictionary<string, CategoryPreference>? Categories { get; init; }

    /// <summary>By a topic's key.</summary>
    public IReadOnlyDictionary<string, bool>? Topics { get; init; }

    /// <summary>What the person has opted out of: <see cref="OptOuts.Marketing"/>, or a category. No preference outweighs it.</summary>
    public IReadOnlyList<string>? OptOuts { get; init; }

    public QuietHours? QuietHours { get; init; }

    /// <summary>What somebody wants stays out of logs and exceptions.</summary>
    public override string ToString() => "preferences";
}

/// <summary>What a person wants of one category.</summary>
/// <param name="Enabled">On whatever channel it does not say otherwise of.</param>
/// <param name="Channels">By channel.</param>
/// <param name="Digest">off, hourly or daily.</param>
public sealed record CategoryPreference(bool? Enabled, IReadOnlyDictionary<string, bool>? Channels, string? Digest);

/// <summary>When a person is not to be disturbed.</summary>
/// <param name="Timezone">IANA name; null for the person's own, else the tenant's.</param>
public sealed record QuietHours(string? Timezone, IReadOnlyList<QuietWindow>? Windows);

/// <summary>From a time of some days to a time of the same day, or of the next where it is not later.</summary>
/// <param name="Days">mon to sun: those on which it begins.</param>
/// <param name="From">HH:mm by the clock there.</param>
/// <param name="Channels">Null for all.</param>
public sealed record QuietWindow(IReadOnlyList<string>? Days, string? From, string? Until, IReadOnlyList<string>? Channels);

/// <summary>How an opt-out is written.</summary>
public static class OptOuts
{
    public const string Marketing = "marketing";

    public const string OfCategory = "category:";

    /// <summary>The category that a scope is of; null for another scope.</summary>
    public static string? CategoryOf(string scope) => scope.StartsWith(OfCategory, StringComparison.Ordinal) && scope.Length > OfCategory.Length ? scope[OfCategory.Length..] : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PersonPreferences))]
internal sealed partial class PreferencesJson : JsonSerializerContext;
