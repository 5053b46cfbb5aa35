using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace NotificationService.Host.Http.Json;

/// <summary>
/// A JSON object kept as the caller wrote it, in UTF-8: for members whose content is the caller's own, such as
/// <c>data</c>. Read through <see cref="JsonBody"/> it shares the body's bytes and has been checked: at most 32
/// levels, no property twice, at most 1,000 properties in an object, no NUL, no lone surrogate.
/// </summary>
[JsonConverter(typeof(RawJsonConverter))]
public readonly struct RawJson(ReadOnlyMemory<byte> utf8) : IEquatable<RawJson>
{
    public const int MaxDepth = 32;
    public const int MaxProperties = 1000;

    public ReadOnlyMemory<byte> Utf8 => utf8;

    public bool Equals(RawJson other) => utf8.Span.SequenceEqual(other.Utf8.Span);

    public override bool Equals(object? obj) => obj is RawJson other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(utf8.Span);
        return hash.ToHashCode();
    }

    public override string ToString() => $"{utf8.Length} bytes of JSON";

    public static bool operator ==(RawJson left, RawJson right) => left.Equals(right);

    public static bool operator !=(RawJson left, RawJson right) => !left.Equals(right);
}

/// <summary>Keeps an object's bytes. What is wrong inside it is a <see cref="JsonException"/>; <see cref="JsonDiagnosis"/> says what and where.</summary>
public sealed class RawJsonConverter : JsonConverter<RawJson>
{
    // Reading is synchronous, so the body that this thread reads now is the one the reader stands in.
    [ThreadStatic]
    private static ReadOnlyMemory<byte> current;

    /// <summary>Reads a value from a body so that raw members are views of it instead of copies.</summary>
    internal static T? Read<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type)
    {
        current = body;
        try
        {
            return JsonSerializer.Deserialize(body.Span, type);
        }
        finally
        {
            current = default;
        }
    }

    public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("an object is expected");
        if (current.IsEmpty)
        {
            using var copy = JsonDocument.ParseValue(ref reader);
            return new RawJson(JsonMarshal.GetRawUtf8Value(copy.RootElement).ToArray());
        }

        var start = (int)reader.TokenStartIndex;
        RawJsonCheck.Walk(ref reader, current);
        return new RawJson(current[start..(int)reader.BytesConsumed]);
    }

    public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options)
    {
        if (value.Utf8.IsEmpty)
            writer.WriteNullValue();
        else
            writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
    }
}
