using NotificationService.Channels;

namespace NotificationService.Recipients;

/// <summary>A text of one line: nothing that could end a line or a header.</summary>
public static class LineRule
{
    /// <summary>Null for 1 to <paramref name="max"/> characters that are not all white space and hold no control character.</summary>
    public static AddressIssue? Check(string text, int max)
    {
        if (text.Length > max || string.IsNullOrWhiteSpace(text))
            return new("text_invalid", $"1 to {max} characters are expected.");
        foreach (var c in text)
        {
            if (char.IsControl(c))
                return new("control_character", "Line breaks, tabs and other control characters are not allowed here.");
        }

        return null;
    }
}
