using System.Buffers;
using NotificationService.Channels;

namespace NotificationService.Templates;

/// <summary>
/// How many segments a text message takes, which is what vendors bill: 160 characters of the GSM alphabet or 70 others
/// in one, 153 or 67 in each of several. A few characters of the alphabet, such as the euro, count twice.
/// </summary>
public static class SmsSegments
{
    private const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    private const string Extended = "\f^{}\\[~]|€";

    private static readonly SearchValues<char> Gsm = SearchValues.Create(Basic + Extended);
    private static readonly SearchValues<char> Twice = SearchValues.Create(Extended);

    public static int Count(string text) => EncodingOf(text) == SmsEncoding.Ucs2 ? CountWide(text) : CountGsm(text);

    /// <summary>One character outside the GSM alphabet has the whole text written in the wider one.</summary>
    public static SmsEncoding EncodingOf(string text) => text.AsSpan().ContainsAnyExcept(Gsm) ? SmsEncoding.Ucs2 : SmsEncoding.Gsm7;

    /// <summary>An escaped character is two septets that never stand in two segments.</summary>
    private static int CountGsm(string text)
    {
        if (text.Length + text.Count(Twice.Contains) <= 160)
            return 1;
        return Count(text, 153, at => Twice.Contains(text[at]) ? 2 : 1, step: _ => 1);
    }

    /// <summary>Neither does half an emoji.</summary>
    private static int CountWide(string text) =>
        text.Length <= 70 ? 1 : Count(text, 67, at => Width(text, at), step: at => Width(text, at));

    private static int Width(string text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;

    private static int Count(string text, int capacity, Func<int, int> width, Func<int, int> step)
    {
        var segments = 1;
        var used = 0;
        for (var at = 0; at < text.Length; at += step(at))
        {
            if (used + width(at) > capacity)
            {
                segments++;
                used = 0;
            }

            used += width(at);
        }

        return segments;
    }
}
