using System.Buffers;
using System.Text;
using System.Text.Json;

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

    public static IReadOnlyList<WebhookHeader> FromJson(string text) =>
        [.. JsonElement.Parse(text).EnumerateObject().Select(header => new WebhookHeader(header.Name, header.Value.GetString() ?? ""))];
}
