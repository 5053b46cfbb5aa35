using System.Text;

namespace NotificationService.Providers.Smtp;

/// <summary>A header's text in ASCII lines (RFC 2047).</summary>
internal static class EncodedWords
{
    /// <summary>Longer texts are encoded whatever they are made of, because a header's line must not grow without end.</summary>
    private const int LongestPlain = 200;

    /// <summary>Characters of a header's line that has an encoded word in it, the header's name included; a word alone may have 75 (RFC 2047, 2).</summary>
    public const int LongestLine = 76;

    /// <summary>Each begins with "=?utf-8?B?" and ends with "?=".</summary>
    private const int Frame = 12;

    /// <summary>So many bytes give a word of 72 characters: a whole number of base64's groups of three bytes.</summary>
    private const int MaxBytesOfAWord = 45;

    /// <summary>Whether it can stand in a header as it is. What looks like an encoded word would be shown as something else (RFC 2047, 5 (3)).</summary>
    public static bool IsPlain(string text) => Ascii.IsValid(text) && text.Length <= LongestPlain && !text.Contains("=?", StringComparison.Ordinal);

    /// <param name="column">How many characters stand before it in its line.</param>
    public static string Encode(string text, int column)
    {
        var words = new StringBuilder();
        Span<byte> word = stackalloc byte[MaxBytesOfAWord];
        var (length, max) = (0, BytesAfter(column));
        foreach (var rune in text.EnumerateRunes())
        {
            if (length + rune.Utf8SequenceLength > max)
            {
                End(words, word[..length]);
                (length, max) = (0, BytesAfter(1));
            }

            length += rune.EncodeToUtf8(word[length..]);
        }

        End(words, word[..length]);
        return words.ToString();
    }

    private static int BytesAfter(int column) => Math.Min(MaxBytesOfAWord, (LongestLine - column - Frame) / 4 * 3);

    private static void End(StringBuilder words, ReadOnlySpan<byte> word) =>
        words.Append(words.Length == 0 ? "=?utf-8?B?" : "\r\n =?utf-8?B?").Append(Convert.ToBase64String(word)).Append("?=");
}
