using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Storage;

namespace NotificationService.Events;

/// <summary>Writes what an event says. Property names and order are public: a receiver's program is written against them.</summary>
public static class EventJson
{
    /// <summary>The <c>data</c> object. Thin leaves out what the caller gave with the notification, and which vendor it went to.</summary>
    public static void WriteData(Utf8JsonWriter json, PublicEvent published, bool full)
    {
        if (published is NoticeEvent notice)
            NoticeJson.Write(json, notice);
        else
            WriteDelivery(json, (DeliveryEvent)published, full);
    }

    private static void WriteDelivery(Utf8JsonWriter json, DeliveryEvent published, bool full)
    {
        json.WriteStartObject();
        json.WriteString("notificationId", published.Delivery.Notification.Value);
        json.WriteString("deliveryId", published.Delivery.Value);
        json.WriteString("reference", published.Reference);
        json.WriteString("channel", published.Delivery.Channel.ToName());
        json.WriteString("status", published.Status.ToName());
        json.WriteTime("occurredAt", published.OccurredAt);
        json.WriteNumber("sequence", published.Sequence);
        using var detail = published.Detail is null ? null : JsonDocument.Parse(published.Detail);
        WriteReason(json, published, detail);
        if (detail is not null && detail.RootElement.TryGetProperty("devices", out var devices))
            WriteDevices(json, devices, full);
        if (full)
            WriteRest(json, published);
        json.WriteEndObject();
    }

    /// <summary><c>failure</c> for a failure, as the API has it; <c>reason</c> for whatever else has one, a bounce or a suppression.</summary>
    private static void WriteReason(Utf8JsonWriter json, DeliveryEvent published, JsonDocument? detail)
    {
        if (published.Status != DeliveryStatus.Failed || detail is null)
        {
            json.WriteNull("failure");
            if (detail is null || !(Has(detail, "code") || Has(detail, "message")))
                return;
            json.WriteStartObject("reason");
            Copy(json, detail, "code");
            Copy(json, detail, "message");
            json.WriteEndObject();
            return;
        }

        json.WriteStartObject("failure");
        Copy(json, detail, "kind");
        Copy(json, detail, "code");
        Copy(json, detail, "message");
        json.WriteString("provider", published.Provider);
        json.WriteEndObject();
    }

    /// <summary>Of a push to several devices: how many have it, and in full what became of each.</summary>
    private static void WriteDevices(Utf8JsonWriter json, JsonElement devices, bool full)
    {
        json.WritePropertyName("devices");
        if (full)
        {
            devices.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        foreach (var count in devices.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Number))
            count.WriteTo(json);
        json.WriteEndObject();
    }

    private static void WriteRest(Utf8JsonWriter json, DeliveryEvent published)
    {
        json.WriteString("userId", published.UserId);
        json.WriteString("category", published.Category);
        if (published.Template is null)
        {
            json.WriteNull("template");
        }
        else
        {
            json.WriteStartObject("template");
            json.WriteString("key", published.Template);
            json.WriteNumber("version", published.TemplateVersion ?? 0);
            json.WriteEndObject();
        }

        if (published.Batch is { } batch)
            json.WriteString("batchId", batch);
        else
            json.WriteNull("batchId");
        json.WriteString("provider", published.Provider);
        json.WriteNumber("attempts", published.Attempts);
        if (published.Segments is { } segments)
            json.WriteNumber("segments", segments);
        if (published.Encoding is { } encoding)
            json.WriteString("smsEncoding", encoding.ToName());
        json.WriteString("mode", published.Live ? "live" : "test");
        json.WritePropertyName("metadata");
        if (published.Metadata is null)
            json.WriteNullValue();
        else
            json.WriteRawValue(published.Metadata);
    }

    /// <summary>What is stored of a change may say something else, such as who reported it.</summary>
    private static bool Has(JsonDocument detail, string name) => detail.RootElement.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private static void Copy(Utf8JsonWriter json, JsonDocument detail, string name)
    {
        if (detail.RootElement.TryGetProperty(name, out var value))
            json.WriteString(name, value.GetString());
        else
            json.WriteNull(name);
    }
}
