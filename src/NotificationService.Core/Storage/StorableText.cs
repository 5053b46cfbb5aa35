using System.Text;

namespace NotificationService.Storage;

/// <summary>
/// What somebody outside said, so that PostgreSQL can keep it: no control characters, no halves of characters, not too
/// long. One such text that got through would have a whole batch refused.
/// </summary>
public static class StorableText
{
    /// <param name="max">UTF-16 units, as the columns count them.</param>
    public static string Of(string text, int max)
    {
        if (text.Length <= max && IsPlain(text))
            return text;
        var clean = new StringBuilder(Math.Min(text.Length, max));
        foreach (var rune in text.EnumerateRunes())
        {
            // EnumerateRunes gives U+FFFD for half a character.
            if (clean.Length + rune.Utf16SequenceLength > max)
                break;
            if (!Rune.IsControl(rune))
                clean.Append(rune);
        }

        return clean.ToString();
    }

    /// <summary>All of a text, with its lines as they are: without what PostgreSQL cannot keep.</summary>
    public static string Whole(string text)
    {
        var isStorable = true;
        for (var i = 0; i < text.Length && isStorable; i++)
            isStorable = text[i] != '\0' && !char.IsSurrogate(text[i]);
        if (isStorable)
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value != 0)
                clean.Append(rune);
        }

        return clean.ToString();
    }

    private static bool IsPlain(string text)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character) || char.IsSurrogate(character))
                return false;
        }

        return true;
    }
}
