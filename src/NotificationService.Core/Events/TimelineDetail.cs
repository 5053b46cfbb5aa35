using System.Buffers;
using System.Text;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Storage;

namespace NotificationService.Events;

/// <summary>
/// What the timeline says of a change beyond the status, as the API and events show it. A worker stores that itself; where a statement or a trigger made
/// the change, what is stored are facts (<see cref="StatusCause"/>), and the words are made here.
/// </summary>
public static class TimelineDetail
{
    private const string Cause = "cause";

    /// <param name="stored">The column <c>detail</c>.</param>
    public static string? Published(string? stored)
    {
        // Words of a vendor may have it too.
        if (stored is null || !stored.Contains("\"cause\"", StringComparison.Ordinal))
            return stored;
        using var document = JsonDocument.Parse(stored);
        var facts = document.RootElement;
        return facts.ValueKind == JsonValueKind.Object && facts.TryGetProperty(Cause, out var cause) ? Written(facts, (StatusCause)cause.GetInt16()) : stored;
    }

    private static string Written(JsonElement facts, StatusCause cause)
    {
        var (code, message) = Words(facts, cause);
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, ReadableJson.Writer))
        {
            json.WriteStartObject();
            json.WriteString("code", code);
            if (facts.TryGetProperty("devices", out var devices))
            {
                json.WriteString("message", $"{devices.GetProperty("reached").GetInt32()} of {devices.GetProperty("total").GetInt32()} devices have it; {message}");
                json.WritePropertyName("devices");
                devices.WriteTo(json);
            }
            else
            {
                json.WriteString("message", message);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static (string Code, string Message) Words(JsonElement facts, StatusCause cause) => cause switch
    {
        StatusCause.Cancelled => ("cancelled", "cancelled by the caller"),
        StatusCause.BatchCancelled => ("batch_cancelled", "its batch was cancelled"),
        StatusCause.NotNeeded => ("not_needed", $"{Channel(facts)} reached the recipient"),
        StatusCause.Fallback => ("fallback", $"{Channel(facts)} {Ended((DeliveryStatus)facts.GetProperty("status").GetInt16())}"),
        StatusCause.Retried => ("retried", "put back into the queue by hand"),
        StatusCause.RecipientErased => ("recipient_erased", "the recipient was erased"),
        StatusCause.RetriedBehind => ("fallback", "put back by hand; waits for the channels before it"),
        _ => throw new JsonException($"{cause} is no cause of a change"),
    };

    private static string Channel(JsonElement facts) => ((ChannelKind)facts.GetProperty("channel").GetInt16()).ToName();

    private static string Ended(DeliveryStatus status) => status switch
    {
        DeliveryStatus.Suppressed => "was suppressed",
        DeliveryStatus.Expired => "expired",
        DeliveryStatus.Bounced => "bounced",
        _ => "failed",
    };
}
