using System.Text;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Providers.Http;

namespace NotificationService.Providers.Sandbox;

/// <summary>A message as it is shown: the fields of its channel.</summary>
internal static class SandboxJson
{
    public static string Of(ChannelMessage message)
    {
        var json = PooledJson.Rent();
        json.Writer.WriteStartObject();
        Write(json.Writer, message);
        json.Writer.WriteEndObject();
        json.Writer.Flush();
        var text = Encoding.UTF8.GetString(json.Written.Span);
        json.Return();
        return text;
    }

    private static void Write(Utf8JsonWriter writer, ChannelMessage message)
    {
        switch (message)
        {
            case ChannelMessage.Email email:
                Write(writer, ("toName", email.To.Name), ("subject", email.Subject), ("html", email.Html), ("text", email.Text));
                break;
            case ChannelMessage.Sms sms:
                Write(writer, ("text", sms.Text));
                break;
            case ChannelMessage.WhatsApp whatsApp:
                Write(writer, ("text", whatsApp.Text), ("templateName", whatsApp.Template?.Name), ("languageCode", whatsApp.Template?.Language));
                if (whatsApp.Template is { } template)
                {
                    writer.WritePropertyName("components");
                    writer.WriteRawValue(template.Components);
                }

                break;
            case ChannelMessage.InApp inApp:
                Write(writer, ("title", inApp.Title), ("body", inApp.Body), ("actionUrl", inApp.ActionUrl));
                break;
            case ChannelMessage.Push push:
                Write(writer, ("title", push.Title), ("body", push.Body), ("imageUrl", push.ImageUrl), ("actionUrl", push.ActionUrl), ("collapseKey", push.CollapseKey));
                writer.WriteStartArray("deviceTokens");
                foreach (var token in push.DeviceTokens)
                    writer.WriteStringValue(token);
                writer.WriteEndArray();
                writer.WriteStartObject("data");
                foreach (var (name, value) in push.Data)
                    writer.WriteString(name, value);
                writer.WriteEndObject();
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(message), message.Channel, "no such message");
        }
    }

    private static void Write(Utf8JsonWriter writer, params ReadOnlySpan<(string Name, string? Value)> fields)
    {
        foreach (var (name, value) in fields)
        {
            if (value is not null)
                writer.WriteString(name, value);
        }
    }
}
