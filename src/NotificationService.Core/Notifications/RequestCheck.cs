using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Recipients;
using NotificationService.Storage;
using NotificationService.Templates;

namespace NotificationService.Notifications;

/// <summary>Checks a request field by field and says everything that is wrong at once. Pure: it looks nothing up.</summary>
public static class RequestCheck
{
    public const int LongestReference = 200;
    public const int LongestCategory = 64;
    public const int LargestData = 256 * 1024;
    public const int LargestMetadata = 16 * 1024;

    /// <summary>How far a caller's clock may be behind ours: a <c>sendAt</c> that has just passed means at once.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    public static readonly TimeSpan Furthest = TimeSpan.FromDays(366);

    /// <summary>The request, or null and what is wrong with the request.</summary>
    public static (ValidatedRequest? Request, IReadOnlyList<RequestIssue> Issues) Check(NotificationRequest request, DateTimeOffset now)
    {
        var issues = new RequestIssues();
        CheckWhatToSay(request, issues);
        var channels = Channels(request, issues);
        if (request.Content is { } content)
            ContentCheck.Check(content, channels ?? [], issues);
        var fallback = FallbackCheck.Check(request, issues);
        if (request.Recipient is null)
            issues.Add("/recipient", "required", "'recipient' is required.");
        else
            RecipientCheck.Check(request.Recipient, issues);

        var priority = Priority.Normal;
        if (request.Priority is not null && !Priorities.TryParse(request.Priority, out priority))
            issues.Add("/priority", "choice_invalid", $"'priority' is one of {Priorities.Names}.");
        issues.Line("/category", request.Category, LongestCategory);
        issues.Line("/reference", request.Reference, LongestReference);
        if (request.Data.Length > LargestData)
            issues.Add("/data", "too_large", $"'data' has at most {LargestData} bytes of JSON.");
        if (request.Metadata.Length > LargestMetadata)
            issues.Add("/metadata", "too_large", $"'metadata' has at most {LargestMetadata} bytes of JSON.");

        var sendAt = SendAt(request.SendAt, now, issues);
        var expiresAt = ExpiresAt(request.ExpiresAt, sendAt ?? now, issues);
        return issues.Any || request.Recipient is null
            ? (null, issues.All)
            : (new ValidatedRequest(
                request.Template, request.Content, channels, RecipientFields.Respell(request.Recipient), request.Data, request.Category, priority, sendAt, expiresAt, request.Reference, request.Metadata)
            { Fallback = fallback, Topic = request.Topic }, []);
    }

    /// <summary>What is wrong with a text of one line that stands elsewhere than in a request; by the same rule.</summary>
    public static IReadOnlyList<RequestIssue> Line(string pointer, string text, int max)
    {
        var issues = new RequestIssues();
        issues.Line(pointer, text, max);
        return issues.All;
    }

    private static void CheckWhatToSay(NotificationRequest request, RequestIssues issues)
    {
        if (request is { Template: null, Content: null })
            issues.Add("/template", "required", "Name a 'template', or give 'content'.");
        else if (request is { Template: not null, Content: not null })
            issues.Add("/content", "exclusive", "Give either 'template' or 'content'.");
        else if (request.Template is { } key && !TemplateKey.IsValid(key))
            issues.Add("/template", "template_unknown", $"There is no such template: a key is made of {TemplateKey.Rule}.");
    }

    private static IReadOnlyList<ChannelKind>? Channels(NotificationRequest request, RequestIssues issues)
    {
        if (request is { Channel: not null, Channels: not null })
        {
            issues.Add("/channel", "exclusive", "Give either 'channel' or 'channels'.");
            return null;
        }

        if (request.Channel is { } single)
            return ChannelKinds.TryParse(single, out var only) ? [only] : Unknown("/channel", issues);
        if (request.Channels is null)
        {
            if (request is { Template: null, Content: not null })
                issues.Add("/channels", "required", $"With 'content' say which 'channels' it is for: {ChannelKinds.Names}.");
            return null;
        }

        if (request.Channels.Count == 0)
            issues.Add("/channels", "required", $"Name at least one of {ChannelKinds.Names}, or leave 'channels' out to use the template's.");
        if (request.Channels.Count > ChannelKinds.All.Count)
        {
            issues.Add("/channels", "too_many", $"There are {ChannelKinds.All.Count} channels: {ChannelKinds.Names}.");
            return null;
        }

        return Several(request.Channels, issues);
    }

    private static List<ChannelKind> Several(IReadOnlyList<string?> names, RequestIssues issues)
    {
        var channels = new List<ChannelKind>(names.Count);
        for (var i = 0; i < names.Count; i++)
        {
            if (!ChannelKinds.TryParse(names[i], out var channel))
                Unknown($"/channels/{i}", issues);
            else if (channels.Contains(channel))
                issues.Add($"/channels/{i}", "duplicate", "A channel stands here twice.");
            else
                channels.Add(channel);
        }

        return channels;
    }

    private static IReadOnlyList<ChannelKind>? Unknown(string pointer, RequestIssues issues)
    {
        issues.Add(pointer, "unknown_channel", $"A channel is one of {ChannelKinds.Names}.");
        return null;
    }

    private static DateTimeOffset? SendAt(string? text, DateTimeOffset now, RequestIssues issues)
    {
        if (Instant("/sendAt", text, issues) is not { } sendAt)
            return null;
        if (sendAt < now - ClockSkew)
            issues.Add("/sendAt", "datetime_range", "'sendAt' is in the past; leave it out to send at once.");
        else if (sendAt > now + Furthest)
            issues.Add("/sendAt", "datetime_range", $"'sendAt' is at most {Furthest.TotalDays} days ahead.");
        return sendAt > now ? sendAt : null;
    }

    private static DateTimeOffset? ExpiresAt(string? text, DateTimeOffset due, RequestIssues issues)
    {
        if (Instant("/expiresAt", text, issues) is not { } expiresAt)
            return null;
        if (expiresAt <= due)
            issues.Add("/expiresAt", "datetime_range", "'expiresAt' must be after the time at which it is to be sent.");
        else if (expiresAt > due + Furthest)
            issues.Add("/expiresAt", "datetime_range", $"'expiresAt' is at most {Furthest.TotalDays} days after the time at which it is to be sent.");
        return expiresAt;
    }

    private static DateTimeOffset? Instant(string pointer, string? text, RequestIssues issues)
    {
        if (text is null)
            return null;
        if (Rfc3339.TryParse(text, out var instant))
            return instant;
        issues.Add(pointer, "datetime_invalid", "A time such as 2026-01-31T09:30:00Z is expected, with its offset from UTC.");
        return null;
    }
}
