using NotificationService.Channels;
using NotificationService.Deliveries;

namespace NotificationService.Notifications;

/// <summary>Whether content given in place of a template has what each channel needs, and nothing that could break out of its place.</summary>
internal static class ContentCheck
{
    private const int LongestSubject = 998;
    private const int LongestTitle = 200;
    private const int LongestBody = 512 * 1024;
    private const int LongestPush = 4_000;
    private const int LongestSms = 1_600;
    private const int LongestWhatsApp = 4_096;
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
            Needs(channel, content, issues);
    }

    private static void Needs(ChannelKind channel, InlineContent content, RequestIssues issues)
    {
        var words = content.Text ?? content.Body;
        switch (channel)
        {
            case ChannelKind.Email:
                Required("/content/subject", content.Subject, "An e-mail needs a subject.", issues);
                Required("/content/html", content.Html ?? content.Text, "An e-mail needs html or text.", issues);
                break;
            case ChannelKind.Sms or ChannelKind.WhatsApp:
                Required("/content/text", words, $"A message by {channel.ToName()} needs a text.", issues);
                var longest = channel == ChannelKind.Sms ? LongestSms : LongestWhatsApp;
                if (words?.Length > longest)
                    issues.Add("/content/text", "text_too_long", $"A message by {channel.ToName()} has at most {longest} characters.");
                break;
            case ChannelKind.Push:
                Required("/content/title", content.Title, "A push notification needs a title.", issues);
                Required("/content/body", content.Body ?? content.Text, "A push notification needs a body.", issues);
                if ((content.Body ?? content.Text)?.Length > LongestPush)
                    issues.Add("/content/body", "text_too_long", $"The body of a push notification has at most {LongestPush} characters.");
                break;
            case ChannelKind.InApp:
                Required("/content/title", content.Title ?? content.Subject, "An in-app notification needs a title.", issues);
                Required("/content/body", content.Body ?? content.Text, "An in-app notification needs a body.", issues);
                break;
        }
    }

    private static void Required(string pointer, string? text, string message, RequestIssues issues)
    {
        if (text is null)
            issues.Add(pointer, "required", message);
    }

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
