using System.Text;
using System.Text.Json;

namespace NotificationService.Templates.Rendering;

/// <summary>What a channel does not take although all of it could be rendered: said before anything is sent, as every vendor would say it after.</summary>
internal static class RenderedCheck
{
    private const int LongestSms = 1_600;
    private const int LongestWhatsApp = 4_096;
    private const int LongestCollapseKey = 64;

    public static RenderOutcome.Failed? Of(Channels.ChannelKind channel, RenderedContent content) => channel switch
    {
        Channels.ChannelKind.Sms => Text(content.Text, LongestSms, "a text message"),
        Channels.ChannelKind.WhatsApp when content.Approved is { } approved => Parameters(approved),
        Channels.ChannelKind.WhatsApp => Text(content.Text, LongestWhatsApp, "a WhatsApp message"),
        Channels.ChannelKind.Push when string.IsNullOrWhiteSpace(content.Title) && string.IsNullOrWhiteSpace(content.Body) =>
            new(TemplateCodes.TextEmpty, "title and body are both empty"),
        Channels.ChannelKind.Push when content.CollapseKey is { } key && Encoding.UTF8.GetByteCount(key) > LongestCollapseKey =>
            new(TemplateCodes.TextTooLong, $"a collapse key may have {LongestCollapseKey} bytes"),
        _ => null,
    };

    private static RenderOutcome.Failed? Text(string? text, int longest, string what)
    {
        if (string.IsNullOrWhiteSpace(text))
            return new(TemplateCodes.TextEmpty, "the rendered text is empty");
        return text.Length > longest
            ? new(TemplateCodes.TextTooLong, $"{what} may have {longest} characters, this has {text.Length}{(longest == LongestSms ? $" ({SmsSegments.Count(text)} segments)" : "")}")
            : null;
    }

    /// <summary>WhatsApp refuses a template as a whole for one parameter that is empty.</summary>
    private static RenderOutcome.Failed? Parameters(ApprovedTemplate approved)
    {
        using var components = JsonDocument.Parse(approved.Components);
        return Value("components", "", components.RootElement);
    }

    private static RenderOutcome.Failed? Value(string path, string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                return value.EnumerateArray().Select((item, i) => Value($"{path}/{i}", name, item)).FirstOrDefault(failed => failed is not null);
            case JsonValueKind.Object:
                return value.EnumerateObject().Select(member => Value($"{path}/{member.Name}", member.Name, member.Value)).FirstOrDefault(failed => failed is not null);
            case JsonValueKind.String when string.IsNullOrWhiteSpace(value.GetString()):
                return new(TemplateCodes.TextEmpty, $"WhatsApp takes no empty parameter, and {path} is empty");
            case JsonValueKind.String when name == "amount_1000":
                return new(TemplateCodes.RenderFailed, $"{path} is no whole number");
            case JsonValueKind.String when name == "link" && !WebAddress.IsOne(value.GetString()):
                return new(TemplateCodes.RenderFailed, $"{path} is no http or https address");
            default:
                return null;
        }
    }
}
