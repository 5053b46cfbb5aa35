using NotificationService.Channels;
using NotificationService.Deliveries;

namespace NotificationService.Notifications;

/// <summary>Whether content given in place of a template has what each channel needs, and nothing that could break out of its place.</summary>
internal static class ContentCheck
{
    private const int LongestSubject = 998;
    private const int LongestTitle = 200;
    private const int LongestBody = 512 * 1024;
    private const int LongestUrl = 2_048;

    public static void Check(InlineContent content, IReadOnlyList<ChannelKind> channels, RequestIssues issues)
    {
        issues.Line("/content/subject", content.Subject, LongestSubject);
        issues.Line("/content/title", content.Title, LongestTitle);
        issues.Text("/content/html", content.Html, LongestBody);
        issues.Text("/content/text", content.Text, LongestBody);
        issues.Text("/content/body", content.Body, LongestBody);
        if (content.ActionUrl is { } url && !IsUrl(url))
            issues.Add("/content/actionUrl", "url_invalid", $"An address of at most {LongestUrl} characters is expected: https://…, http://… or a path that begins with one /.");
        foreach (var channel in channels)
            Check(channel, content, issues);
    }

    private static void Check(ChannelKind channel, InlineContent content, RequestIssues issues)
    {
        foreach (var part in ChannelTable.Of(channel).Inline)
        {
            if (part.Need is { } need && InlineParts.First(content, need.AnyOf) is null)
                issues.Add(Pointer(part), "required", need.Missing);
            if (part.Limit is { } limit && InlineParts.First(content, part.From)?.Length > limit.Max)
                issues.Add(Pointer(part), "text_too_long", limit.TooLong);
        }
    }

    private static string Pointer(InlinePart part) => $"/content/{part.Part.ToName()}";

    /// <summary>What a click may lead to: the web, or a place within the caller's own application.</summary>
    private static bool IsUrl(string url)
    {
        if (url.Length is 0 or > LongestUrl || url.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c == '\\'))
            return false;
        if (url[0] == '/')
            return !url.StartsWith("//", StringComparison.Ordinal);
        return Uri.TryCreate(url, UriKind.Absolute, out var parsed) && (parsed.Scheme == Uri.UriSchemeHttps || parsed.Scheme == Uri.UriSchemeHttp) && parsed.Host.Length > 0;
    }
}
