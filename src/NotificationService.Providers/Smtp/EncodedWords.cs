using System.Text;

namespace NotificationService.Providers.Smtp;

/// <summary>A header's text in ASCII lines (RFC 2047).</summary>
internal static class EncodedWords
{
    /// <summary>Longer texts are encoded whatever they are made of, because a header's line must not grow without end.</summary>
    public const int LongestPlain = 200;

    /// <summary>So many bytes give a word of 72 characters, where 75 are allowed.</summary>
    private const int BytesOfAWord = 45;

    public static string Of(string text) =>
        Ascii.IsValid(text) && text.Length <= LongestPlain && !text.Contains("=?", StringComparison.Ordinal) ? text : Encode(text);

    public static string Encode(string text)
    {
        var words = new StringBuilder();
        Span<byte> word = stackalloc byte[BytesOfAWord];
        var length = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (length + rune.Utf8SequenceLength > BytesOfAWord)
                End(words, word, ref length);
            length += rune.EncodeToUtf8(word[length..]);
        }

        End(words, word, ref length);
        return words.ToString();
    }

    private static void End(StringBuilder words, ReadOnlySpan<byte> word, ref int length)
    {
        words.Append(words.Length == 0 ? "=?utf-8?B?" : "\r\n =?utf-8?B?").Append(Convert.ToBase64String(word[..length])).Append("?=");
        length = 0;
    }
}
