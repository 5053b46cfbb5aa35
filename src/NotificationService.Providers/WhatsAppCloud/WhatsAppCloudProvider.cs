using System.Net;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Outbound;
using NotificationService.Providers.Http;

namespace NotificationService.Providers.WhatsAppCloud;

/// <summary>WhatsApp messages by Meta's Cloud API: texts within an open conversation, approved templates at any time.</summary>
internal sealed class WhatsAppCloudProvider(WhatsAppCloudSettings settings, ProviderHttp http, TimeProvider time) : IProvider, IDisposable
{
    private const int LongestText = 4_096;
    private const int LongestMessageId = 200;

    public async Task<ProviderResult> SendAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        if (call.Message is not ChannelMessage.WhatsApp message)
            return new ProviderResult.Rejected("channel_unsupported", "the WhatsApp Cloud API sends WhatsApp messages only");
        if (message.Template is null && message.Text is not { Length: > 0 and <= LongestText })
            return new ProviderResult.Rejected("text_length", $"a WhatsApp message has 1 to {LongestText} characters");
        if (message.Template is { } template && template.Name.StartsWith("HX", StringComparison.Ordinal))
            return new ProviderResult.Rejected("template_elsewhere", "the template is named by a Twilio ContentSid, which only a Twilio provider knows", RejectionCause.Provider);
        var body = Body(call, message);
        using var request = new HttpRequestMessage(HttpMethod.Post, settings.Messages)
        {
            Content = body,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {settings.AccessToken}");
        return await http.SendAsync(request, body, call.Deadline, ReadAsync, cancellationToken);
    }

    public void Dispose() => http.Dispose();

    /// <summary>Our id comes back with every receipt.</summary>
    private static JsonBody Body(ProviderCall call, ChannelMessage.WhatsApp message)
    {
        var json = PooledJson.Rent();
        var writer = json.Writer;
        writer.WriteStartObject();
        writer.WriteString("messaging_product"u8, "whatsapp"u8);
        writer.WriteString("recipient_type"u8, "individual"u8);
        writer.WriteString("to"u8, message.To.AsSpan().TrimStart('+'));
        if (message.Template is { } template)
        {
            writer.WriteString("type"u8, "template"u8);
            writer.WriteStartObject("template"u8);
            writer.WriteString("name"u8, template.Name);
            writer.WriteStartObject("language"u8);
            writer.WriteString("policy"u8, "deterministic"u8);
            writer.WriteString("code"u8, template.Language);
            writer.WriteEndObject();
            if (template.Components != WhatsAppTemplate.NoComponents)
            {
                writer.WritePropertyName("components"u8);
                writer.WriteRawValue(template.Components);
            }

            writer.WriteEndObject();
        }
        else
        {
            writer.WriteString("type"u8, "text"u8);
            writer.WriteStartObject("text"u8);
            writer.WriteString("body"u8, message.Text);
            writer.WriteEndObject();
        }

        writer.WriteString("biz_opaque_callback_data"u8, call.Delivery.Value);
        writer.WriteEndObject();
        writer.Flush();
        return new JsonBody(json);
    }

    private async ValueTask<ProviderResult> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var reply = Parse(await ErrorBody.ReadAsync(response, cancellationToken));
        var error = VendorJson.Member(reply, "error");
        if (response.IsSuccessStatusCode && WhatsAppCloudErrors.Code(error) is null)
            return MessageId(reply) is { } id ? new ProviderResult.Accepted(id) : UnclearSuccess.Of(response);
        var wait = RetryAfter.Of(response, time.GetUtcNow());
        return WhatsAppCloudErrors.Of((int)response.StatusCode, error, wait, settings.Secrets);
    }

    /// <summary><c>{"messages":[{"id":"wamid.…"}]}</c>, which is how Meta says that it took the message; null where it is not there.</summary>
    private static string? MessageId(JsonElement? reply)
    {
        var id = VendorJson.Items(reply, "messages").Select(message => VendorJson.Text(message, "id")).FirstOrDefault();
        return string.IsNullOrWhiteSpace(id) ? null : id.Length <= LongestMessageId ? id : id[..LongestMessageId];
    }

    private static JsonElement? Parse(byte[] body)
    {
        try
        {
            return JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            return null; // HTML, or half a response
        }
    }
}
