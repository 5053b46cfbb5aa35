using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace NotificationService.Host.Http.Json;

/// <summary>
/// The one way request bodies are read, whatever the options of the serializer context that a type comes from: no
/// unknown and no double property, names and numbers exactly as documented, no null where the type has none.
/// </summary>
internal static class StrictJson
{
    public const int MaxDepth = 64;

    /// <summary>The same type under strict rules; made once per type.</summary>
    public static JsonTypeInfo<T> Of<T>(JsonTypeInfo<T> type)
    {
        var made = Cached<T>.Last;
        if (made is null || !ReferenceEquals(made.Item1, type))
            Cached<T>.Last = made = Tuple.Create(type, Make(type));
        return made.Item2;
    }

    private static JsonTypeInfo<T> Make<T>(JsonTypeInfo<T> type)
    {
        var options = new JsonSerializerOptions(type.Options)
        {
            AllowDuplicateProperties = false,
            AllowTrailingCommas = false,
            MaxDepth = MaxDepth,
            NumberHandling = JsonNumberHandling.Strict,
            PropertyNameCaseInsensitive = false,
            ReadCommentHandling = JsonCommentHandling.Disallow,
            RespectNullableAnnotations = true,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        };
        options.Converters.Add(new FiniteDoubleConverter());
        return (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
    }

    private static class Cached<T>
    {
        public static Tuple<JsonTypeInfo<T>, JsonTypeInfo<T>>? Last;
    }

    /// <summary>Refuses 1e999, which would become infinity.</summary>
    private sealed class FiniteDoubleConverter : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDouble() is var value && double.IsFinite(value) ? value : throw new JsonException("the number is out of range");

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
    }
}
