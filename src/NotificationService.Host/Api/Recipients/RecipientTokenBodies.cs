using System.Text.Json.Serialization;
using NotificationService.Host.Http;
using NotificationService.Users;

namespace NotificationService.Host.Api.Recipients;

/// <summary>What a token for a person without a log-in is to say. All of it may be left out.</summary>
/// <param name="Groups">The groups of the person; at most 50.</param>
/// <param name="Rooms">Rooms of real time beside those of the person and its groups; at most 50.</param>
/// <param name="Ttl">For how many seconds the token is good: 1 to 3600, 900 if it is left out.</param>
public sealed record RecipientTokenRequest(IReadOnlyList<string?>? Groups, IReadOnlyList<string?>? Rooms, int? Ttl)
{
    internal const int MaxRooms = 50;
    internal const int LongestTtl = 3600;
    internal const int DefaultTtl = 900;

    /// <summary>Characters of all groups and rooms together: the token must fit a header.</summary>
    internal const int MaxCharacters = 3_200;

    /// <summary>These rooms follow from who the person is.</summary>
    private static readonly string[] Reserved = ["user:", "tenant:", "role:", "group:"];

    internal List<FieldError> Check()
    {
        var errors = new List<FieldError>();
        CheckNames(Groups, "/groups", UserRules.MaxGroups, "group_invalid", errors);
        CheckNames(Rooms, "/rooms", MaxRooms, "room_invalid", errors);
        if (Rooms is not null && Rooms.Any(room => Reserved.Any(prefix => room?.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) == true)))
            errors.Add(new FieldError("/rooms", "room_reserved", $"Rooms that begin with {string.Join(", ", Reserved)} follow from who the person is."));
        if (errors.Count == 0 && (Groups ?? []).Concat(Rooms ?? []).Sum(name => name!.Length) > MaxCharacters)
            errors.Add(new FieldError("/rooms", "too_large", $"Groups and rooms have at most {MaxCharacters} characters together."));
        if (Ttl is < 1 or > LongestTtl)
            errors.Add(new FieldError("/ttl", "number_range", $"'ttl' is 1 to {LongestTtl} seconds."));
        return errors;
    }

    private static void CheckNames(IReadOnlyList<string?>? names, string pointer, int max, string code, List<FieldError> errors)
    {
        if (names is null)
            return;
        if (names.Count > max)
            errors.Add(new FieldError(pointer, "too_many", $"At most {max} are given."));
        else if (names.Any(name => !UserRules.IsGroup(name)) || names.Distinct().Count() != names.Count)
            errors.Add(new FieldError(pointer, code, $"A name has 1 to {UserRules.LongestGroup} letters, digits and . _ : / @ + -, begins with a letter or digit, and stands there once."));
    }
}

/// <summary>A token for a person without a log-in.</summary>
/// <param name="AccessToken">Goes into the header Authorization of the person's calls.</param>
/// <param name="TokenType">Always Bearer.</param>
/// <param name="ExpiresIn">For how many seconds it is good.</param>
public sealed record RecipientTokenResponse(string AccessToken, string TokenType, int ExpiresIn);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RecipientTokenRequest))]
[JsonSerializable(typeof(RecipientTokenResponse))]
public sealed partial class RecipientTokensJson : JsonSerializerContext;
