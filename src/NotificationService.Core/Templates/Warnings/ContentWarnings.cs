using System.Net;
using System.Text;
using NotificationService.Channels;

namespace NotificationService.Templates.Warnings;

/// <summary>Something about a rendered content that can be sent and that its recipient, or who pays for it, may not like.</summary>
/// <param name="Field">The content's field that it is about.</param>
public sealed record ContentWarning(string Code, string Field, string Message);

/// <summary>Looks at what was rendered as the people do who get it: what is cut off, what does not show, what costs more. Bounded by the content.</summary>
public static class ContentWarnings
{
    /// <summary>Gmail shows no more of a message.</summary>
    public const int ClippedBytes = 102 * 1024;

    private const int MaxNamed = 10;
    private const int LongestSubject = 150;
    private const int LongestTitleShown = 65;
    private const int LongestBodyShown = 240;
    private const int LongestParameter = 1_024;
    private const int LongestWhatsAppText = 4_096;

    public static IReadOnlyList<ContentWarning> Of(ChannelKind channel, RenderedContent content)
    {
        var row = ChannelTable.Of(channel);
        var found = new List<ContentWarning>();
        if (row.IsBilledBySegment && content.Text is { } text)
            found.AddRange(OfSegments(text));
        if (content.Html is { } html)
            found.AddRange(OfHtml(html, content.Text));
        if (content.Subject is { Length: > LongestSubject } subject)
            found.Add(new("subject_long", "subject", $"The subject has {subject.Length} characters; most programs show no more than {LongestSubject}, telephones some 40."));
        if (row.PayloadBytes is { } payload)
            found.AddRange(OfPush(content, payload));
        if (row.TakesApprovedTemplates)
            found.AddRange(OfApproved(content));
        return found;
    }

    private static IEnumerable<ContentWarning> OfSegments(string text)
    {
        var segments = SmsSegments.Count(text);
        if (segments > 1)
            yield return new("sms_segments", "text", $"This takes {segments} segments, and each is billed.");
        if (SmsSegments.EncodingOf(text) == SmsEncoding.Ucs2)
        {
            var odd = text.EnumerateRunes().Where(rune => SmsSegments.EncodingOf(rune.ToString()) == SmsEncoding.Ucs2).Distinct().Take(MaxNamed).Select(Shown);
            yield return new("sms_encoding", "text", $"A segment has 70 characters instead of 160 because of {string.Join(' ', odd)}, which the GSM alphabet lacks.");
        }
    }

    /// <summary>Whatever cannot be seen is named by its number.</summary>
    private static string Shown(Rune rune) => Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) ? $"U+{rune.Value:X4}" : rune.ToString();

    private static IEnumerable<ContentWarning> OfHtml(string html, string? text)
    {
        var bytes = Encoding.UTF8.GetByteCount(html);
        if (bytes > ClippedBytes)
            yield return new("email_clipped", "html", $"The HTML has {bytes} bytes; Gmail cuts off what is beyond {ClippedBytes}.");
        if (string.IsNullOrWhiteSpace(text))
            yield return new("plain_text_missing", "text", "There is no plain text beside the HTML; filters count that against a message, and some people read nothing else.");
        int pictures = 0, relative = 0;
        foreach (var tag in HtmlTags.Of(html))
        {
            if (tag.Name == "img" && tag["alt"] is null && ++pictures <= MaxNamed)
                yield return new("alt_missing", "html", $"A picture has no alt text: {Echo(tag["src"])}. Many programs show no pictures until they are asked to; write alt=\"\" for one that says nothing.");
            foreach (var attribute in tag.Name is "img" ? ["src"] : new[] { "href", "src", "background" })
            {
                if (tag[attribute] is { } address && IsRelative(address) && ++relative <= MaxNamed)
                    yield return new("link_relative", "html", $"An address leads nowhere from an e-mail: {Echo(address)}. Write it whole, with https://.");
            }
        }
    }

    /// <summary>A part of the same page is no other page.</summary>
    private static bool IsRelative(string address)
    {
        address = WebUtility.HtmlDecode(address).Trim();
        if (address.StartsWith('#') || address.Length == 0)
            return false;
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 || address.AsSpan(0, colon).ContainsAny("/?#");
    }

    private static IEnumerable<ContentWarning> OfPush(RenderedContent content, int payload)
    {
        if (content.Title?.Length > LongestTitleShown)
            yield return new("title_long", "title", $"The title has {content.Title.Length} characters; telephones show some {LongestTitleShown} of it.");
        if (content.Body?.Length > LongestBodyShown)
            yield return new("body_long", "body", $"The body has {content.Body.Length} characters; telephones show some {LongestBodyShown} of it.");
        var bytes = new[] { content.Title, content.Body, content.ActionUrl, content.ImageUrl }.Sum(part => part is null ? 0 : Encoding.UTF8.GetByteCount(part))
            + content.Data.Sum(entry => Encoding.UTF8.GetByteCount(entry.Key) + Encoding.UTF8.GetByteCount(entry.Value));
        if (bytes > payload)
            yield return new("push_too_large", "data", $"Texts and data have {bytes} bytes; push services take {payload}, and the delivery would fail.");
    }

    private static IEnumerable<ContentWarning> OfApproved(RenderedContent content)
    {
        if (content.Approved is { } approved && approved.Components.Length > LongestParameter)
            yield return new("whatsapp_parameters_long", "components", $"The parameters have {approved.Components.Length} characters; WhatsApp takes {LongestParameter} in the body of an approved template, its own words among them.");
        if (content.Text?.Length > LongestWhatsAppText * 9 / 10)
            yield return new("whatsapp_text_long", "text", $"The text has {content.Text.Length} characters; WhatsApp takes {LongestWhatsAppText}.");
    }

    private static string Echo(string? text) => text is null ? "it has no address" : text.Length <= 100 ? text : $"{text.AsSpan(0, char.IsHighSurrogate(text[99]) ? 99 : 100)}…";
}
