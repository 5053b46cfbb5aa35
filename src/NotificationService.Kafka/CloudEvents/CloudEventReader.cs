using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Confluent.Kafka;
using NotificationService.EventRules;

namespace NotificationService.Kafka.CloudEvents;

/// <summary>
/// Reads CloudEvents 1.0 as the Kafka protocol binding writes them: structured (the value is the whole event as JSON, content type
/// <c>application/cloudevents+json</c>) or binary (attributes in <c>ce_…</c> headers, the value is the data).
/// </summary>
public static class CloudEventReader
{
    private const string Prefix = "ce_";
    private const string ContentType = "content-type";
    private const string Structured = "application/cloudevents+json";
    private const int LongestAttribute = 1024;

    private static readonly string[] Required = ["specversion", "id", "source", "type"];
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    public static EventReading Read(Headers? headers, byte[]? value)
    {
        if (!TryReadHeaders(headers, out var texts, out var wrong))
            return wrong;
        var contentType = MediaType(texts.GetValueOrDefault(ContentType));
        if (contentType == Structured)
            return ReadStructured(value ?? []);
        if (contentType?.StartsWith("application/cloudevents", StringComparison.Ordinal) == true)
            return Bad("content_type_unsupported", $"The event is written as {contentType}; {Structured} and the binary mode are taken.");
        return ReadBinary(texts, contentType, value ?? []);
    }

    private static EventReading ReadBinary(Dictionary<string, string> headers, string? contentType, byte[] value)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in headers)
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal))
                attributes[name[Prefix.Length..]] = text;
        }

        if (attributes.Count == 0)
            return Bad("not_a_cloudevent", $"The record has neither the content type {Structured} nor ce_… headers.");
        if (value.Length > 0 && contentType is not (null or "application/json" or "text/json") && !contentType.EndsWith("+json", StringComparison.Ordinal))
            return Bad("content_type_unsupported", $"The data are {Shorten(contentType)}; JSON is taken.");
        return Of(attributes, value);
    }

    private static EventReading ReadStructured(byte[] value)
    {
        if (!Utf8.IsValid(value))
            return Bad("encoding_invalid", "The event is not UTF-8.");
        try
        {
            using var json = JsonDocument.Parse(value, Strict);
            return json.RootElement.ValueKind == JsonValueKind.Object ? ReadObject(json.RootElement) : Bad("json_invalid", "The event is no JSON object.");
        }
        catch (JsonException exception)
        {
            return Bad("json_invalid", $"The event is not JSON that can be taken: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine} (at most 64 levels, no property twice).");
        }
        catch (InvalidOperationException)
        {
            return Bad("json_invalid", "A text of the event holds half of a character.");
        }
    }

    private static EventReading ReadObject(JsonElement json)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        ReadOnlyMemory<byte> data = default;
        foreach (var member in json.EnumerateObject())
        {
            switch (member.Name)
            {
                case "data":
                    data = member.Value.ValueKind == JsonValueKind.Null ? default(ReadOnlyMemory<byte>) : JsonMarshal.GetRawUtf8Value(member.Value).ToArray();
                    break;
                case "data_base64":
                    return Bad("content_type_unsupported", "The data stand in data_base64; JSON in data is taken.");
                case "datacontenttype" when member.Value.ValueKind == JsonValueKind.String && MediaType(member.Value.GetString()) is { } type && type != "application/json" && !type.EndsWith("+json", StringComparison.Ordinal):
                    return Bad("content_type_unsupported", $"The data are {Shorten(type)}; JSON is taken.");
                default:
                    if (member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                        return Bad("attribute_invalid", $"The attribute {Shorten(member.Name)} is neither text nor number nor boolean.");
                    if (member.Value.ValueKind != JsonValueKind.Null)
                        attributes[member.Name] = member.Value.ToString();
                    break;
            }
        }

        return Of(attributes, data);
    }

    private static EventReading Of(Dictionary<string, string> attributes, ReadOnlyMemory<byte> data)
    {
        foreach (var name in Required)
        {
            if (!attributes.TryGetValue(name, out var text) || text.Length == 0)
                return Bad("attribute_missing", $"The attribute {name} is missing.");
        }

        foreach (var (name, text) in attributes)
        {
            if (text.Length > LongestAttribute || text.Any(char.IsControl))
                return Bad("attribute_invalid", $"The attribute {Shorten(name)} has more than {LongestAttribute} characters, or control characters.");
        }

        return attributes["specversion"] == "1.0"
            ? new EventReading.Read(new IncomingEvent(attributes["id"], attributes["source"], attributes["type"], attributes, data))
            : Bad("specversion_unsupported", "The specversion is not 1.0.");
    }

    /// <summary>Of headers that stand twice the last one counts.</summary>
    private static bool TryReadHeaders(Headers? headers, out Dictionary<string, string> texts, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out EventReading? wrong)
    {
        (texts, wrong) = (new Dictionary<string, string>(StringComparer.Ordinal), null);
        foreach (var header in headers ?? [])
        {
            var name = header.Key.ToLowerInvariant();
            if (name != ContentType && !name.StartsWith(Prefix, StringComparison.Ordinal))
                continue;
            var bytes = header.GetValueBytes() ?? [];
            if (!Utf8.IsValid(bytes))
            {
                wrong = Bad("encoding_invalid", $"The header {Shorten(name)} is not UTF-8.");
                return false;
            }

            texts[name] = Encoding.UTF8.GetString(bytes);
        }

        return true;
    }

    private static string? MediaType(string? contentType) => contentType?.Split(';')[0].Trim().ToLowerInvariant();

    private static string Shorten(string text) => text.Length > 80 ? text[..80] : text;

    private static EventReading.Unreadable Bad(string code, string message) => new(code, message);
}
