using System.Globalization;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Storage;

namespace NotificationService.Notifications;

/// <summary>Decisions in plain words: those that a dry run announces and that are explained afterwards read the same.</summary>
internal static class ExplainWords
{
    /// <summary>What concerns all channels.</summary>
    public static IEnumerable<ExplainStep> Whole(
        PinnedTemplate? template, Priority priority, DateTimeOffset? sendAt, DateTimeOffset? expiresAt, FallbackRule? fallback, bool live)
    {
        yield return template is not null
            ? new ExplainStep(null, "template", $"template {template.Key}, version {template.Version}, is rendered")
            : new ExplainStep(null, "content", "the content of the request is sent as it is");
        yield return new ExplainStep(null, "priority", $"priority {priority.ToName()}");
        if (sendAt is { } start)
            yield return new ExplainStep(null, "send_at", $"waits until {Time(start)}");
        if (expiresAt is { } end)
            yield return new ExplainStep(null, "expires_at", $"is not sent after {Time(end)}");
        if (fallback is not null)
        {
            yield return new ExplainStep(null, Strategies.Fallback, fallback.After is { } after
                ? $"one channel after the other: the next one is tried when one fails or has not reached the recipient within {Seconds(after)}"
                : "one channel after the other: the next one is tried when one fails");
        }

        if (!live)
            yield return new ExplainStep(null, "test_account", "a test account sends: only the sandbox is reached");
    }

    public static ExplainStep Skipped(SkippedChannel skipped) => new(skipped.Channel, skipped.Code, $"no delivery: {skipped.Message}");

    public static ExplainStep Locale(ChannelKind channel, string locale) => new(channel, "locale", $"the content in {locale} is used");

    /// <summary>What a delivery that is not the first of its chain waits for.</summary>
    public static ExplainStep Waits(ChannelKind channel, ChannelKind before, FallbackRule rule) => new(channel, FallbackChain.Code, rule.After is { } after
        ? $"waits: it is tried when {before.ToName()} fails or has not reached the recipient within {Seconds(after)}"
        : $"waits: it is tried when {before.ToName()} fails");

    public static string Time(DateTimeOffset time) => Rfc3339.InSentence(time);

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s");
}
