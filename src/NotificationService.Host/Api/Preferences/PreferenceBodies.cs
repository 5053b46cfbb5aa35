using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Categories;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Notifications;
using NotificationService.Recipients.Preferences;
using NotificationService.Templates;

namespace NotificationService.Host.Api.Preferences;

/// <summary>What a person wants to be sent. What is left out is no opinion.</summary>
public sealed record PreferencesRequest
{
    /// <summary>The version that was read: if somebody has saved others since, it is a 409. Left out, whatever is there is replaced; 0 is of a person who never said anything.</summary>
    public long? Version { get; init; }

    /// <summary>Nothing for now, but what is critical.</summary>
    public bool? Paused { get; init; }

    /// <summary>When the pause ends by itself.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>By channel, such as <c>{ "sms": false }</c>.</summary>
    public IReadOnlyDictionary<string, bool>? Channels { get; init; }

    /// <summary>By a category's key.</summary>
    public IReadOnlyDictionary<string, CategoryPreferenceBody>? Categories { get; init; }

    /// <summary>By a topic's key.</summary>
    public IReadOnlyDictionary<string, bool>? Topics { get; init; }

    /// <summary>marketing, or category: and a key. No preference outweighs it. Left out, it stays as it is; an empty list lifts all.</summary>
    public IReadOnlyList<string>? OptOuts { get; init; }

    /// <summary>When the person is not to be disturbed.</summary>
    public QuietHoursBody? QuietHours { get; init; }

    public override string ToString() => "preferences";

    internal PersonPreferences ToPreferences() => new()
    {
        Paused = Paused ?? false,
        PausedUntil = PausedUntil?.ToUniversalTime(),
        Channels = Channels,
        Categories = Categories?.ToDictionary(category => category.Key, category => new CategoryPreference(category.Value.Enabled, category.Value.Channels, category.Value.Digest), StringComparer.Ordinal),
        Topics = Topics,
        OptOuts = OptOuts?.Distinct(StringComparer.Ordinal).ToArray(),
        QuietHours = QuietHours is { } quiet
            ? new QuietHours(quiet.Timezone, [.. (quiet.Windows ?? []).Select(window => new QuietWindow(window.Days, window.From, window.Until, window.Channels))])
            : null,
    };
}

/// <summary>What a person wants of one category.</summary>
public sealed record CategoryPreferenceBody
{
    /// <summary>On the channels that it says nothing else of.</summary>
    public bool? Enabled { get; init; }

    /// <summary>By channel.</summary>
    public IReadOnlyDictionary<string, bool>? Channels { get; init; }

    /// <summary>off, hourly or daily. Kept; nothing is put together yet.</summary>
    public string? Digest { get; init; }
}

/// <summary>When a person is not to be disturbed: what falls into it waits for its end.</summary>
public sealed record QuietHoursBody
{
    /// <summary>IANA name; the person's own, else the tenant's, if it is left out.</summary>
    public string? Timezone { get; init; }

    public IReadOnlyList<QuietWindowBody>? Windows { get; init; }
}

/// <summary>From a time of some days to a time of the same day, or of the next where it is not later.</summary>
public sealed record QuietWindowBody
{
    /// <summary>mon, tue, wed, thu, fri, sat, sun: those on which it begins.</summary>
    public IReadOnlyList<string>? Days { get; init; }

    /// <summary>HH:mm.</summary>
    public string? From { get; init; }

    /// <summary>HH:mm.</summary>
    public string? Until { get; init; }

    /// <summary>Only on these; on all if it is left out.</summary>
    public IReadOnlyList<string>? Channels { get; init; }
}

/// <summary>What a person wants to be sent.</summary>
/// <param name="Version">How often it has been saved; 0 for a person who never said anything.</param>
/// <param name="PausedUntil">Absent for a pause without an end, and for none.</param>
/// <param name="QuietHours">Absent for none.</param>
public sealed record PreferencesResponse(
    long Version, bool Paused, DateTimeOffset? PausedUntil, IReadOnlyDictionary<string, bool> Channels, IReadOnlyDictionary<string, CategoryPreferenceBody> Categories,
    IReadOnlyDictionary<string, bool> Topics, IReadOnlyList<string> OptOuts, QuietHoursBody? QuietHours)
{
    public override string ToString() => "preferences";

    internal static PreferencesResponse Of(VersionedPreferences preferences)
    {
        var says = preferences.Says;
        return new(
            preferences.Version, says.Paused, says.PausedUntil, says.Channels ?? new Dictionary<string, bool>(),
            says.Categories?.ToDictionary(
                category => category.Key, category => new CategoryPreferenceBody { Enabled = category.Value.Enabled, Channels = category.Value.Channels, Digest = category.Value.Digest }, StringComparer.Ordinal)
                ?? [],
            says.Topics ?? new Dictionary<string, bool>(), says.OptOuts ?? [],
            says.QuietHours is { } quiet
                ? new QuietHoursBody
                {
                    Timezone = quiet.Timezone,
                    Windows = [.. (quiet.Windows ?? []).Select(window => new QuietWindowBody { Days = window.Days, From = window.From, Until = window.Until, Channels = window.Channels })],
                }
                : null);
    }
}

/// <summary>What preferences must be.</summary>
internal static class PreferencesRules
{
    public const int MaxCategories = 200;
    public const int MaxTopics = 500;
    public const int MaxOptOuts = 100;
    public const int MaxWindows = 28;
    public const int LongestTopic = 200;

    private static readonly string[] Days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    private static readonly string[] Digests = ["off", "hourly", "daily"];

    public static List<FieldError> Check(PreferencesRequest request)
    {
        var errors = new List<FieldError>();
        if (request.Version < 0)
            errors.Add(new("/version", "number_range", "A version is 0 or more."));
        if (request.PausedUntil is { } until && (request.Paused != true || until.Year is < 2000 or >= 2200))
            errors.Add(new("/pausedUntil", request.Paused == true ? "datetime_range" : "not_paused", "'pausedUntil' stands beside paused: true, and is a time before the year 2200."));
        CheckChannels("/channels", request.Channels, errors);
        CheckCategories(request.Categories ?? new Dictionary<string, CategoryPreferenceBody>(), errors);
        CheckKeys("/topics", request.Topics?.Keys, MaxTopics, LongestTopic, errors);
        CheckOptOuts(request.OptOuts ?? [], errors);
        if (request.QuietHours is { } quiet)
            CheckQuietHours(quiet, errors);
        return errors;
    }

    private static void CheckCategories(IReadOnlyDictionary<string, CategoryPreferenceBody> categories, List<FieldError> errors)
    {
        CheckKeys("/categories", categories.Keys, MaxCategories, Category.LongestKey, errors);
        foreach (var (key, wanted) in categories.Take(MaxCategories))
        {
            var pointer = JsonPointer.Append("/categories", key);
            if (wanted is null)
            {
                errors.Add(new(pointer, "type", "An object is expected."));
                continue;
            }

            CheckChannels($"{pointer}/channels", wanted.Channels, errors);
            if (wanted.Digest is { } digest && !Digests.Contains(digest))
                errors.Add(new($"{pointer}/digest", "choice_invalid", $"'digest' is one of {string.Join(", ", Digests)}."));
        }
    }

    private static void CheckChannels(string pointer, IReadOnlyDictionary<string, bool>? channels, List<FieldError> errors)
    {
        foreach (var name in channels?.Keys.Where(name => !ChannelKinds.TryParse(name, out _)).Take(Problems.MaxErrors) ?? [])
            errors.Add(new(JsonPointer.Append(pointer, name), "unknown_channel", $"A channel is one of {ChannelKinds.Names}."));
    }

    private static void CheckKeys(string pointer, IEnumerable<string>? keys, int max, int longest, List<FieldError> errors)
    {
        var named = keys?.Take(max + 1).ToList() ?? [];
        if (named.Count > max)
            errors.Add(new(pointer, "too_many_properties", $"At most {max} are given."));
        errors.AddRange(named.SelectMany(key => RequestCheck.Line(JsonPointer.Append(pointer, key), key, longest)).Take(Problems.MaxErrors).Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message)));
    }

    private static void CheckOptOuts(IReadOnlyList<string> scopes, List<FieldError> errors)
    {
        if (scopes.Count > MaxOptOuts)
        {
            errors.Add(new("/optOuts", "too_many", $"At most {MaxOptOuts} are given."));
            return;
        }

        for (var i = 0; i < scopes.Count; i++)
        {
            if (scopes[i] != OptOuts.Marketing && (scopes[i] is not { } scope || OptOuts.CategoryOf(scope) is not { } key || RequestCheck.Line("", key, Category.LongestKey).Count > 0))
                errors.Add(new($"/optOuts/{i}", "choice_invalid", $"An opt-out is {OptOuts.Marketing}, or {OptOuts.OfCategory} and the key of a category."));
        }
    }

    private static void CheckQuietHours(QuietHoursBody quiet, List<FieldError> errors)
    {
        if (quiet.Timezone is { } zone && !TimeZones.Exists(zone))
            errors.Add(new("/quietHours/timezone", "timezone_invalid", "This is not a time zone of the IANA list; write one such as America/Toronto."));
        if (quiet.Windows is not { Count: <= MaxWindows } windows)
        {
            errors.Add(new("/quietHours/windows", quiet.Windows is null ? "required" : "too_many", $"At most {MaxWindows} windows."));
            return;
        }

        for (var i = 0; i < windows.Count; i++)
            CheckWindow($"/quietHours/windows/{i}", windows[i], errors);
    }

    private static void CheckWindow(string pointer, QuietWindowBody? window, List<FieldError> errors)
    {
        if (window?.Days is not { Count: > 0 and <= 7 } days || days.Any(day => !Days.Contains(day)) || days.Distinct().Count() != days.Count)
            errors.Add(new($"{pointer}/days", window?.Days is null ? "required" : "choice_invalid", $"Some of {string.Join(", ", Days)}, each once."));
        if (!IsTime(window?.From))
            errors.Add(new($"{pointer}/from", window?.From is null ? "required" : "time_invalid", "A time such as 22:00."));
        if (!IsTime(window?.Until) || window!.Until == window.From)
            errors.Add(new($"{pointer}/until", window?.Until is null ? "required" : "time_invalid", "A time such as 07:00, and not the one it begins with."));
        if (window?.Channels is { } channels && (channels.Count is 0 or > 5 || channels.Any(name => !ChannelKinds.TryParse(name, out _)) || channels.Distinct().Count() != channels.Count))
            errors.Add(new($"{pointer}/channels", "unknown_channel", $"Some of {ChannelKinds.Names}, each once; left out for all."));
    }

    private static bool IsTime(string? text) =>
        text is { Length: 5 } && text[2] == ':' && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[1]) && char.IsAsciiDigit(text[3]) && char.IsAsciiDigit(text[4])
        && string.CompareOrdinal(text, "23:59") <= 0 && text[3] <= '5';
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PreferencesRequest))]
[JsonSerializable(typeof(PreferencesResponse))]
internal sealed partial class PreferencesBodiesJson : JsonSerializerContext;
