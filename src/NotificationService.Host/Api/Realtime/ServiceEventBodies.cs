using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using NotificationService.Host.Http;
using NotificationService.Host.Http.Json;
using NotificationService.Realtime;
using NotificationService.Storage;

namespace NotificationService.Host.Api.Realtime;

/// <summary>An event for people who are connected.</summary>
public sealed partial record ServiceEventRequest
{
    internal const int MaxDataBytes = 64 * 1024;
    private const int MaxAlternatives = NotificationService.Realtime.Audience.MaxAlternatives;
    private const int MaxNames = 1_000;
    private const int LongestName = 200;
    private const int LongestType = 128;

    /// <summary>What the service itself says.</summary>
    private static readonly string[] Reserved = ["notification.", "unread_count.", "presence."];

    /// <summary><c>{entity}.{action}</c>, such as <c>ticket.created</c>, in lower case.</summary>
    public string? Type { get; init; }

    /// <summary>Who receives it: one object, or several of which one has to let a person in.</summary>
    [JsonConverter(typeof(OneOrManyConverter))]
    public IReadOnlyList<AudienceBody?>? Audience { get; init; }

    /// <summary>What it says; an empty object if it is left out.</summary>
    public RawJson? Data { get; init; }

    /// <summary>Who is also sent a notification, connected or not: those whom the audience names as <c>users</c>.</summary>
    public NotifyBody? Notify { get; init; }

    /// <summary>What is published stays out of logs and exceptions.</summary>
    public override string ToString() => $"an event {Type}";

    /// <summary>The event, or everything that is wrong with it.</summary>
    internal (EventPublication? Publication, List<FieldError> Errors) Check()
    {
        var errors = new List<FieldError>();
        if (Type is null || Type.Length > LongestType || !TypeForm().IsMatch(Type))
            errors.Add(new("/type", Type is null ? "required" : "type_invalid", $"A type has 2 or more words of lower-case letters, digits and _, with a point between them, and at most {LongestType} characters."));
        else if (Reserved.Any(prefix => Type.StartsWith(prefix, StringComparison.Ordinal)))
            errors.Add(new("/type", "type_reserved", $"Types that begin with {string.Join(", ", Reserved)} are the service's own."));
        if (Data is { } data && data.Utf8.Length > MaxDataBytes)
            errors.Add(new("/data", "too_large", $"'data' has at most {MaxDataBytes} bytes of JSON."));
        if (Audience is not { Count: > 0 and <= MaxAlternatives } alternatives)
        {
            errors.Add(new("/audience", Audience is null ? "required" : "audience_invalid", $"'audience' is an object, or 1 to {MaxAlternatives} of them."));
            return (null, errors);
        }

        for (var i = 0; i < alternatives.Count; i++)
            AudienceBody.Check(alternatives[i], alternatives.Count == 1 ? "/audience" : $"/audience/{i}", errors, MaxNames, LongestName);
        if (errors.Count > 0)
            return (null, errors);
        var oneLine = OnOneLine(Data);
        var notify = Notify?.Check(alternatives, oneLine.Length, errors);
        return errors.Count > 0 ? (null, errors) : (new EventPublication(Type!, new Audience([.. alternatives.Select(alternative => alternative!.ToAlternative())]), oneLine, notify), errors);
    }

    /// <summary>A line of a stream ends with its line break.</summary>
    private static byte[] OnOneLine(RawJson? data)
    {
        if (data is not { } json)
            return "{}"u8.ToArray();
        using var document = JsonDocument.Parse(json.Utf8);
        using var buffer = new MemoryStream(json.Utf8.Length);
        using (var writer = new Utf8JsonWriter(buffer, ReadableJson.Writer))
            document.RootElement.WriteTo(writer);
        return buffer.ToArray();
    }

    [GeneratedRegex(@"^[a-z0-9_]+(\.[a-z0-9_]+)+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeForm();
}

/// <summary>Conditions that have to hold all together; at least one is given.</summary>
public sealed record AudienceBody
{
    /// <summary>The person is one of these, by their user ids.</summary>
    public IReadOnlyList<string?>? Users { get; init; }

    /// <summary>The person has one of these roles.</summary>
    public IReadOnlyList<string?>? Roles { get; init; }

    /// <summary>The person is in all of these groups.</summary>
    public IReadOnlyList<string?>? Groups { get; init; }

    /// <summary>The person is in one of these rooms: <c>user:ann</c>, <c>group:landlord</c>, or one that its token allows.</summary>
    public IReadOnlyList<string?>? Rooms { get; init; }

    /// <summary>True: everybody of the tenant.</summary>
    public bool? Tenant { get; init; }

    internal static void Check(AudienceBody? body, string pointer, List<FieldError> errors, int maxNames, int longest)
    {
        if (body is not { } given || (given.Users is null && given.Roles is null && given.Groups is null && given.Rooms is null && given.Tenant is not true))
        {
            errors.Add(new(pointer, "audience_empty", "An audience names users, roles, groups or rooms, or says tenant: true. Nobody is no audience."));
            return;
        }

        foreach (var (name, names) in (IEnumerable<(string, IReadOnlyList<string?>?)>)[("users", given.Users), ("roles", given.Roles), ("groups", given.Groups), ("rooms", given.Rooms)])
        {
            if (names is not null && (names.Count == 0 || names.Count > maxNames || names.Any(one => string.IsNullOrEmpty(one) || one.Length > longest || one.Contains('\0', StringComparison.Ordinal))))
                errors.Add(new($"{pointer}/{name}", "audience_invalid", $"1 to {maxNames} names of at most {longest} characters."));
        }
    }

    internal AudienceAlternative ToAlternative() => new(Names(Users), Names(Roles), Names(Groups), Names(Rooms), Tenant is true);

    private static IReadOnlyList<string>? Names(IReadOnlyList<string?>? names) => names is null ? null : [.. names.OfType<string>()];
}

/// <summary>Reads one object as a list of one.</summary>
internal sealed class OneOrManyConverter : JsonConverter<IReadOnlyList<AudienceBody?>>
{
    public override IReadOnlyList<AudienceBody?>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType == JsonTokenType.StartArray
        ? JsonSerializer.Deserialize(ref reader, (System.Text.Json.Serialization.Metadata.JsonTypeInfo<List<AudienceBody?>>)options.GetTypeInfo(typeof(List<AudienceBody?>)))
        : [JsonSerializer.Deserialize(ref reader, (System.Text.Json.Serialization.Metadata.JsonTypeInfo<AudienceBody>)options.GetTypeInfo(typeof(AudienceBody)))];

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<AudienceBody?> value, JsonSerializerOptions options) => throw new NotSupportedException("nobody is answered an audience");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ServiceEventRequest))]
[JsonSerializable(typeof(List<AudienceBody>))]
internal sealed partial class ServiceEventsJson : JsonSerializerContext;
