using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace NotificationService.Storage;

/// <summary>
/// JSON as others are given it, in answers, webhooks and Kafka: escaped is what JSON needs and nothing else, so that <c>it's Zoë</c> reads so. The
/// default also escapes what would matter inside a page; all of this goes out as <c>application/json</c>, which no browser takes for a page. Instants have
/// the form of <see cref="Rfc3339"/>.
/// </summary>
public static class ReadableJson
{
    public static readonly JsonWriterOptions Writer = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>As many as there are types that are answered.</summary>
    private static readonly ConcurrentDictionary<JsonTypeInfo, JsonTypeInfo> Types = new();

    public static byte[] Utf8<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, Of(type));

    public static string Text<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.Serialize(value, Of(type));

    /// <summary>The same type, written so.</summary>
    public static JsonTypeInfo<T> Of<T>(JsonTypeInfo<T> type) => (JsonTypeInfo<T>)Types.GetOrAdd(
        type, static of => new JsonSerializerOptions(of.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Converters = { Rfc3339.Converter } }.GetTypeInfo(of.Type));
}
