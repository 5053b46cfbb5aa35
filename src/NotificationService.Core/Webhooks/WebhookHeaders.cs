using System.Buffers;
using System.Text;
using System.Text.Json;
using NotificationService.Storage;

namespace NotificationService.Webhooks;

/// <summary>Headers as the database keeps them: a JSON object of texts.</summary>
public static class WebhookHeaders
{
    public static string ToJson(IEnumerable<WebhookHeader> headers)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var header in headers)
                json.WriteString(header.Name, header.Value);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Those of one call, with what came of them: each name once, as it was spelled first, with all its values.</summary>
    public static string Merged(IReadOnlyList<WebhookHeader> headers)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, ReadableJson.Writer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in IsEachOnce(headers) ? headers : Together(headers))
                json.WriteString(name, value);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Of the few that a call usually has; of many nobody knows.</summary>
    private static bool IsEachOnce(IReadOnlyList<WebhookHeader> headers)
    {
        const int few = 24;
        for (var i = 0; i < headers.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (headers.Count > few || headers[j].Name.Equals(headers[i].Name, StringComparison.OrdinalIgnoreCase))
                    return false;
            }
        }

        return true;
    }

    private static IEnumerable<WebhookHeader> Together(IReadOnlyList<WebhookHeader> headers) =>
        headers.GroupBy(header => header.Name, StringComparer.OrdinalIgnoreCase).Select(group => new WebhookHeader(group.Key, string.Join(", ", group.Select(header => header.Value))));

    public static IReadOnlyList<WebhookHeader> FromJson(string text) =>
        [.. JsonElement.Parse(text).EnumerateObject().Select(header => new WebhookHeader(header.Name, header.Value.GetString() ?? ""))];
}
