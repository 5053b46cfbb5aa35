using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NotificationService.Channels;

namespace NotificationService.Host.Http.Json;

/// <summary>
/// Walks a syntactically valid body along the type it should have, and collects what does not fit. Slow and thorough:
/// it runs only for bodies that were, or may have to be, refused.
/// </summary>
internal sealed class JsonWalk(ReadOnlyMemory<byte> utf8)
{
    /// <summary>Unknown names for which a like one is looked for.</summary>
    private const int MaxSuggestions = 5;

    private readonly List<FieldError> errors = [];
    private int suggestions;

    public IReadOnlyList<FieldError> Errors => errors;

    /// <summary>Nothing more is collected; only what makes the text itself unacceptable is still looked for.</summary>
    private bool IsFull => errors.Count >= Problems.MaxErrors;

    /// <summary>What makes the text itself unacceptable, whatever its values.</summary>
    public ProblemResult? Refused { get; private set; }

    public void Check(JsonTypeInfo type)
    {
        var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = StrictJson.MaxDepth + 8 });
        reader.Read();
        Value(ref reader, type, "", rawDepth: 0);
    }

    private void Value(ref Utf8JsonReader reader, JsonTypeInfo? type, string pointer, int rawDepth)
    {
        var start = (int)reader.TokenStartIndex;
        var errorsBefore = errors.Count;
        if (type?.Type == typeof(RawJson) || type?.Type == typeof(RawJson?))
            rawDepth = 1;
        if (rawDepth > RawJson.MaxDepth)
            Refused ??= JsonDiagnosis.TooDeep(RawJson.MaxDepth, pointer);

        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Members(ref reader, type, pointer, rawDepth);
                break;
            case JsonTokenType.StartArray:
                Elements(ref reader, type, pointer, rawDepth);
                break;
            case JsonTokenType.String:
                Text(ref reader, pointer);
                break;
        }

        var spokenFor = errors.Count > errorsBefore || type is null || Matches(type.Kind, utf8.Span[start]);
        if (!spokenFor && !IsFull && !Fits(type!, utf8.Span[start..(int)reader.BytesConsumed]))
            Add(pointer, "type", JsonTypeNames.Expected(type!));
    }

    private void Members(ref Utf8JsonReader reader, JsonTypeInfo? type, string pointer, int rawDepth)
    {
        var known = type?.Kind == JsonTypeInfoKind.Object ? type.Properties : null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(ref reader, pointer) ?? "";
            var at = JsonPointer.Append(pointer, name);
            if (!seen.Add(name))
                Refused ??= JsonDiagnosis.Duplicate(at, name);
            if (seen.Count == RawJson.MaxProperties + 1)
                AddFirst(new FieldError(pointer, "too_many_properties", $"An object has at most {RawJson.MaxProperties} properties."));

            var property = known?.FirstOrDefault(candidate => candidate.Name == name && (candidate.Set ?? (object?)candidate.AssociatedParameter) is not null);
            if (known is not null && property is null && seen.Count <= RawJson.MaxProperties && !IsFull)
                AddUnknown(at, name, known);
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null && property is { IsSetNullable: false })
                Add(at, "type", $"null is not allowed here. {JsonTypeNames.Expected(TypeOf(type, property, null)!)}");
            else
                Value(ref reader, TypeOf(type, property, type?.Kind == JsonTypeInfoKind.Dictionary ? type.ElementType : null), at, rawDepth == 0 ? 0 : rawDepth + 1);
        }

        foreach (var missing in known?.Where(property => property.IsRequired && !seen.Contains(property.Name)) ?? [])
            Add(JsonPointer.Append(pointer, missing.Name), "required", $"'{missing.Name}' is required.");
    }

    private void Elements(ref Utf8JsonReader reader, JsonTypeInfo? type, string pointer, int rawDepth)
    {
        var element = TypeOf(type, null, type?.Kind == JsonTypeInfoKind.Enumerable ? type.ElementType : null);
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
            Value(ref reader, element, $"{pointer}/{i}", rawDepth == 0 ? 0 : rawDepth + 1);
    }

    private string? Text(ref Utf8JsonReader reader, string pointer)
    {
        try
        {
            var text = reader.GetString();
            if (text is not null && text.Contains('\0', StringComparison.Ordinal))
                Add(pointer, "control_character", "The character NUL (\\u0000) is not allowed in any text.");
            return text;
        }
        catch (InvalidOperationException)
        {
            Add(pointer, "control_character", "Half of a surrogate pair (\\ud800 to \\udfff) is not a character.");
            return null;
        }
    }

    private void AddUnknown(string at, string name, IEnumerable<JsonPropertyInfo> known)
    {
        if (Attachments.Is(name))
            Add(at, Attachments.Code, Attachments.Message);
        else
            Add(at, "unknown_property", Unknown(name, known));
    }

    private string Unknown(string name, IEnumerable<JsonPropertyInfo> known) => suggestions++ < MaxSuggestions
        ? Suggestion.Unknown("property", name, known.Select(candidate => candidate.Name))
        : $"There is no property '{Problem.Echo(name)}' here.";

    private void Add(string pointer, string code, string message)
    {
        if (!IsFull)
            errors.Add(new FieldError(pointer, code, message));
    }

    /// <summary>Before what is wrong with single properties.</summary>
    private void AddFirst(FieldError error)
    {
        if (IsFull)
            errors.RemoveAt(errors.Count - 1);
        errors.Insert(0, error);
    }

    private static JsonTypeInfo? TypeOf(JsonTypeInfo? parent, JsonPropertyInfo? property, Type? element)
    {
        var type = property?.PropertyType ?? element;
        return type is null || type == typeof(object) || parent is null ? null : parent.Options.GetTypeInfo(type);
    }

    /// <summary>Containers of the right shape were checked member by member.</summary>
    private static bool Matches(JsonTypeInfoKind kind, byte first) => kind switch
    {
        JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => first == (byte)'{',
        JsonTypeInfoKind.Enumerable => first == (byte)'[',
        _ => false,
    };

    private static bool Fits(JsonTypeInfo type, ReadOnlySpan<byte> value)
    {
        try
        {
            JsonSerializer.Deserialize(value, type);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
