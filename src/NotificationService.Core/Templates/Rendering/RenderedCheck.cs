using System.Text;
using System.Text.Json;
using NotificationService.Channels;

namespace NotificationService.Templates.Rendering;

/// <summary>What a channel does not take although all of it could be rendered: said before anything is sent, as every vendor would say it after.</summary>
internal static class RenderedCheck
{
    private const int LongestCollapseKey = 64;

    public static RenderOutcome.Failed? Of(ChannelKind channel, RenderedContent content)
    {
        if (content.Approved is { } approved)
            return Parameters(approved);
        var row = ChannelTable.Of(channel);
        if (row.Rendered is { } rule)
        {
            if (IsBlank(content, rule.AnyOf))
                return new(TemplateCodes.TextEmpty, rule.Empty);
            if (content.Text is { } text && text.Length > rule.MaxText)
                return new(TemplateCodes.TextTooLong, $"{rule.Noun} may have {rule.MaxText} characters, this has {text.Length}{(row.IsBilledBySegment ? $" ({SmsSegments.Count(text)} segments)" : "")}");
        }

        return content.CollapseKey is { } key && Encoding.UTF8.GetByteCount(key) > LongestCollapseKey
            ? new(TemplateCodes.TextTooLong, $"a collapse key may have {LongestCollapseKey} bytes")
            : null;
    }

    private static bool IsBlank(RenderedContent content, IReadOnlyList<ContentPart> parts)
    {
        foreach (var part in parts)
        {
            if (!string.IsNullOrWhiteSpace(content.TextOf(part)))
                return false;
        }

        return true;
    }

    /// <summary>WhatsApp refuses a template as a whole for one parameter that is empty.</summary>
    private static RenderOutcome.Failed? Parameters(WhatsAppTemplate approved)
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
