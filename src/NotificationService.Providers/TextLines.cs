using System.Text;

namespace NotificationService.Providers;

/// <summary>Text as a reader sees it: blanks are one, empty lines at most one, none at either end. Whatever is appended, no more than so much is kept.</summary>
internal sealed class TextLines(int longest)
{
    private const int MaxBreaks = 2;

    private readonly StringBuilder text = new();
    private bool blank;

    public int Length => text.Length;

    public bool IsFull => text.Length >= longest;

    /// <summary>Line breaks that come before the next word.</summary>
    public int Breaks { get; private set; }

    /// <summary>The next word stands in another line; with two there is an empty line between.</summary>
    public void Break(int breaks) => Breaks = Math.Min(MaxBreaks, Math.Max(Breaks, breaks));

    public void Append(ReadOnlySpan<char> words)
    {
        while (!words.IsEmpty && !IsFull)
        {
            var length = WordLength(words);
            if (length > 0)
                AppendWord(words[..length]);
            else if (IsBlank(words[0]))
                blank = true;
            words = words[Math.Max(1, length)..];
        }
    }

    /// <summary>Whether all that was written since then is this.</summary>
    public bool IsSince(int from, string words) =>
        text.Length - from is var length && length >= words.Length && length <= words.Length + MaxBreaks && text.ToString(from, length).TrimStart() == words;

    /// <summary>Half of a character that the limit cut is left out.</summary>
    public override string ToString() => text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text.ToString(0, text.Length - 1) : text.ToString();

    /// <summary>How many characters stand before the first that is not shown; most are plain, and a comparison each.</summary>
    private static int WordLength(ReadOnlySpan<char> words)
    {
        var length = 0;
        while (length < words.Length && (words[length] is > ' ' and < '\u007F' || !(IsBlank(words[length]) || IsInvisible(words[length]))))
            length++;
        return length;
    }

    private static bool IsBlank(char c) => char.IsWhiteSpace(c) || char.IsControl(c);

    /// <summary>Soft hyphens, blanks of no width, byte order marks, with which mails pad what a list of mails shows of them.</summary>
    private static bool IsInvisible(char c) => c is '\u00AD' or '\u034F' or '\u200B' or '\u2060' or '\uFEFF';

    /// <summary>As much of it as is kept, and a character at least.</summary>
    private void AppendWord(ReadOnlySpan<char> word)
    {
        if (text.Length > 0)
            text.Append(Breaks > 0 ? Breaks == 1 ? "\n" : "\n\n" : blank ? " " : "");
        (blank, Breaks) = (false, 0);
        text.Append(word[..Math.Clamp(longest - text.Length, 1, word.Length)]);
    }
}
