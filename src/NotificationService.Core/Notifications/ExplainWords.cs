using System.Globalization;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Recipients;
using NotificationService.Storage;

namespace NotificationService.Notifications;

/// <summary>Decisions in plain words: those that a dry run announces and that are explained afterwards read the same.</summary>
internal static class ExplainWords
{
    /// <summary>Who may supply a field of a recipient, in the order in which they are asked.</summary>
    private static readonly (string By, string Code, string Source)[] Sources =
    [
        ("", "from_request", "the request"), (RecipientCompletion.Directory, "from_directory", "the recipient directory"), (RecipientCompletion.UserService, "from_user_service", "the user service"),
    ];

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

    /// <summary>Where each field of a recipient comes from; nothing where the request says all of it.</summary>
    public static IEnumerable<ExplainStep> Supplied(StoredRecipient recipient)
    {
        if (recipient.SuppliedBy is not { } supplied)
            yield break;
        var fields = RecipientFields.All.Where(row => row.IsGiven(recipient)).ToLookup(row => supplied.GetValueOrDefault(row.Name, ""), row => row.Name);
        foreach (var (by, code, source) in Sources)
        {
            if (fields[by].ToList() is { Count: > 0 } names)
                yield return new ExplainStep(null, code, $"from {source}: {string.Join(", ", names)}");
        }
    }

    public static ExplainStep Skipped(SkippedChannel skipped) => new(skipped.Channel, skipped.Code, $"no delivery: {skipped.Message}");

    public static ExplainStep Locale(ChannelKind channel, string locale) => new(channel, "locale", $"the content in {locale} is used");

    /// <summary>What a delivery that is not the first of its chain waits for.</summary>
    public static ExplainStep Waits(ChannelKind channel, ChannelKind before, FallbackRule rule) => new(channel, FallbackChain.Code, rule.After is { } after
        ? $"waits: it is tried when {before.ToName()} fails or has not reached the recipient within {Seconds(after)}"
        : $"waits: it is tried when {before.ToName()} fails");

    /// <summary>A delivery waits for the end of quiet hours.</summary>
    public static ExplainStep Quiet(ChannelKind channel, string message, DateTimeOffset until) => new(channel, SendDecision.QuietCode, $"waits: {message}; next at {Time(until)}");

    /// <summary>What stands against a delivery.</summary>
    public static ExplainStep Suppressed(ChannelKind channel, TransitionReason reason) => new(channel, reason.Code, $"suppressed: {reason.Message}");

    /// <summary>The rule that let a delivery pass.</summary>
    public static ExplainStep Passed(ChannelKind channel, TransitionReason reason) => new(channel, reason.Code, $"may be sent: {reason.Message}");

    /// <summary>The same, kept with the first row of the timeline for whoever asks afterwards.</summary>
    public static void WritePassed(Utf8JsonWriter json, TransitionReason reason)
    {
        json.WriteStartObject(PassedName);
        json.WriteString("code", reason.Code);
        json.WriteString("message", reason.Message);
        json.WriteEndObject();
    }

    /// <summary>Null where no rule said anything.</summary>
    public static TransitionReason? ReadPassed(string? detail)
    {
        if (detail is null || !detail.Contains(PassedName, StringComparison.Ordinal))
            return null;
        using var document = JsonDocument.Parse(detail);
        return document.RootElement.TryGetProperty(PassedName, out var passed) ? new TransitionReason(passed.GetProperty("code").GetString() ?? "", passed.GetProperty("message").GetString() ?? "") : null;
    }

    private const string PassedName = "passed";

    public static string Time(DateTimeOffset time) => Rfc3339.InSentence(time);

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s");
}
