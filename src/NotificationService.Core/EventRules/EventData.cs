using System.Text.Json;
using System.Text.Unicode;

namespace NotificationService.EventRules;

/// <summary>Parses an event's data by the rules that the API has for what is a caller's own: 32 levels, no property twice, no NUL, no half of a character.</summary>
public static class EventData
{
    private const int MaxDepth = 32;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>The data, or what is wrong with them. Empty data are JSON's null.</summary>
    public static (JsonDocument? Data, string? Wrong) Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.IsEmpty)
            return (JsonDocument.Parse("null"), null);
        if (!Utf8.IsValid(utf8.Span))
            return (null, "the data are not UTF-8");
        try
        {
            var data = JsonDocument.Parse(utf8, Strict);
            if (utf8.Span.IndexOf("\\u"u8) < 0 || IsText(data.RootElement))
                return (data, null);
            data.Dispose();
            return (null, "the data hold the character NUL or half of a character");
        }
        catch (InvalidOperationException)
        {
            // Names are compared before anybody asks for them.
            return (null, "the data hold half of a character");
        }
        catch (JsonException exception)
        {
            return (null, $"the data are not JSON that can be taken: line {exception.LineNumber + 1}, byte {exception.BytePositionInLine} (at most {MaxDepth} levels, no property twice)");
        }
    }

    private static bool IsText(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => IsReadable(element),
        JsonValueKind.Array => element.EnumerateArray().All(IsText),
        JsonValueKind.Object => element.EnumerateObject().All(member => IsReadable(member) && IsText(member.Value)),
        _ => true,
    };

    private static bool IsReadable(JsonElement text)
    {
        try
        {
            return text.GetString()?.Contains('\0', StringComparison.Ordinal) == false;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsReadable(JsonProperty member)
    {
        try
        {
            return !member.Name.Contains('\0', StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
