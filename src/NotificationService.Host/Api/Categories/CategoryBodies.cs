using System.Text.Json.Serialization;
using NotificationService.Categories;
using NotificationService.Channels;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Templates;

namespace NotificationService.Host.Api.Categories;

/// <summary>What a category is to be.</summary>
public sealed record CategoryRequest
{
    /// <summary>What sends name, 1 to 64 characters. It stays as it is: of a category that is there it is left out.</summary>
    public string? Key { get; init; }

    /// <summary>What people read; the key if it is left out.</summary>
    public string? Name { get; init; }

    /// <summary>The name by locale, such as <c>{ "fr": "Livraison" }</c>.</summary>
    public IReadOnlyDictionary<string, string>? Names { get; init; }

    /// <summary>Whether a channel is used where a person says nothing of it, such as <c>{ "sms": false }</c>. A channel that is left out is used.</summary>
    public IReadOnlyDictionary<string, bool>? Channels { get; init; }

    /// <summary>It passes what people prefer; suppressed addresses it does not pass.</summary>
    public bool? Critical { get; init; }

    /// <summary>Who wants no marketing gets none of it.</summary>
    public bool? Marketing { get; init; }

    /// <summary>Several of them may be put together. Kept; nothing is put together yet.</summary>
    public bool? Digestable { get; init; }

    /// <summary>Seconds after its time for which something is still sent, where the send has no <c>expiresAt</c>.</summary>
    public int? ExpiresAfter { get; init; }

    /// <summary>How many of them a person is to get at most. Kept; nothing is held back by it yet.</summary>
    public ThrottleBody? Throttle { get; init; }

    internal CategoryChange ToChange(bool isWhole) => new(
        Name, Names, Channels?.ToDictionary(channel => ChannelKinds.TryParse(channel.Key, out var kind) ? kind : throw new InvalidOperationException("checked before"), channel => channel.Value),
        Critical, Marketing, Digestable, ExpiresAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        Throttle is { Max: { } max, Window: { } window } ? new Throttle(max, TimeSpan.FromSeconds(window)) : null)
    { IsWhole = isWhole };
}

/// <summary>So many within a time.</summary>
/// <param name="Max">1 to 10,000.</param>
/// <param name="Window">Seconds: a minute to 31 days.</param>
public sealed record ThrottleBody(int? Max, int? Window);

/// <summary>What holds for all notifications about one thing.</summary>
/// <param name="ExpiresAfter">Seconds; absent where nothing expires by itself.</param>
/// <param name="Throttle">Absent for any number.</param>
public sealed record CategoryResponse(
    Guid Id, string Key, string Name, IReadOnlyDictionary<string, string> Names, IReadOnlyDictionary<string, bool> Channels, bool Critical, bool Marketing, bool Digestable, int? ExpiresAfter,
    ThrottleBody? Throttle, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    internal static CategoryResponse Of(Category category) => new(
        category.Id, category.Key, category.Name, category.Names, category.Says.Channels.ToDictionary(channel => channel.Key.ToName(), channel => channel.Value),
        category.Says.Critical, category.Says.Marketing, category.Digestable, (int?)category.Says.ExpiresAfter?.TotalSeconds,
        category.Throttle is { } throttle ? new ThrottleBody(throttle.Max, (int)throttle.Window.TotalSeconds) : null, category.CreatedAt, category.UpdatedAt);
}

/// <summary>What a category must be.</summary>
internal static class CategoryRules
{
    public static List<FieldError> Check(CategoryRequest request, bool isNew)
    {
        var errors = new List<FieldError>();
        if (isNew)
            errors.AddRange(CheckKey(request.Key));
        else if (request.Key is not null)
            errors.Add(new("/key", "read_only", "A category's key stays as it is: leave it out."));
        CheckName("/name", request.Name, errors);
        CheckNames(request.Names, errors);
        foreach (var (name, _) in request.Channels ?? new Dictionary<string, bool>())
        {
            if (errors.Count < Problems.MaxErrors && !ChannelKinds.TryParse(name, out _))
                errors.Add(new(JsonPointer.Append("/channels", name), "unknown_channel", $"A channel is one of {ChannelKinds.Names}."));
        }

        CheckSeconds("/expiresAfter", request.ExpiresAfter, Category.ShortestExpiry, Category.LongestExpiry, errors);
        if (request.Throttle is { } throttle)
        {
            if (throttle.Max is not (>= 1 and <= Throttle.Highest))
                errors.Add(new("/throttle/max", throttle.Max is null ? "required" : "number_range", $"'max' is a whole number from 1 to {Throttle.Highest}."));
            if (throttle.Window is null)
                errors.Add(new("/throttle/window", "required", "Within how many seconds."));
            CheckSeconds("/throttle/window", throttle.Window, Throttle.Shortest, Throttle.Longest, errors);
        }

        return errors;
    }

    private static IEnumerable<FieldError> CheckKey(string? key) => key is null
        ? [new("/key", "required", "What sends are to name.")]
        : RequestCheck.Line("/key", key, RequestCheck.LongestCategory).Select(issue => new FieldError(issue.Pointer, issue.Code, issue.Message))
            .Concat(Guid.TryParseExact(key, "D", out _) ? [new FieldError("/key", "text_invalid", "A key does not look like an id: in a path nobody could tell which is meant.")] : []);

    private static void CheckNames(IReadOnlyDictionary<string, string>? names, List<FieldError> errors)
    {
        if (names?.Count > Category.MaxNames)
            errors.Add(new("/names", "too_many_properties", $"At most {Category.MaxNames} locales."));
        foreach (var (locale, name) in names?.Take(Category.MaxNames) ?? [])
        {
            var pointer = JsonPointer.Append("/names", locale);
            if (!LocaleName.IsValid(locale))
                errors.Add(new(pointer, "locale_invalid", "This is not a locale; write one such as en or fr-CA."));
            else
                CheckName(pointer, name ?? "", errors);
        }
    }

    private static void CheckName(string pointer, string? name, List<FieldError> errors)
    {
        if (name is not null && (name.Length is 0 or > Category.LongestName || StorableText.Of(name, Category.LongestName) != name))
            errors.Add(new(pointer, "text_invalid", $"A name has 1 to {Category.LongestName} characters, none of them a control character."));
    }

    private static void CheckSeconds(string pointer, int? seconds, TimeSpan shortest, TimeSpan longest, List<FieldError> errors)
    {
        if (seconds is { } some && (some < shortest.TotalSeconds || some > longest.TotalSeconds))
            errors.Add(new(pointer, "number_range", $"Seconds, a whole number from {shortest.TotalSeconds:0} to {longest.TotalSeconds:0}."));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CategoryRequest))]
[JsonSerializable(typeof(CategoryResponse))]
[JsonSerializable(typeof(Page<CategoryResponse>))]
internal sealed partial class CategoriesJson : JsonSerializerContext;
