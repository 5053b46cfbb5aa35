using System.Text;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;

namespace NotificationService.Notifications;

/// <summary>What happened to a notification's deliveries, each change of the timeline in plain words. Pure.</summary>
internal static class History
{
    public static IEnumerable<ExplainedStep> Explain(
        NotificationDetails notification, IReadOnlyList<TimelineStep> steps, IReadOnlyDictionary<Guid, ProviderFacts> providers, CallbackHistory callbacks)
    {
        var last = new Dictionary<DeliveryId, Guid>();
        var status = new Dictionary<DeliveryId, DeliveryStatus>();
        var devices = new DeviceHistory();
        var ended = steps.Where(step => step is { Sequence: 1, Status: DeliveryStatus.Suppressed }).Select(step => step.Delivery).ToHashSet();
        foreach (var step in steps)
        {
            if (step.Attempt is { Provider: { } provider } attempt)
            {
                yield return Chosen(step, provider, providers.GetValueOrDefault(provider.Id), last.TryGetValue(step.Delivery, out var before) ? before : null);
                last[step.Delivery] = provider.Id;
                yield return Called(step, attempt);
            }
            else if (callbacks.Of(step) is { } callback)
            {
                yield return Reported(step, callback);
            }
            else if (Change(notification, ended, step, status.TryGetValue(step.Delivery, out var was) ? was : null) is { } change)
            {
                yield return change;
                foreach (var device in devices.Explain(step))
                    yield return device;
            }

            status[step.Delivery] = step.Status;
        }
    }

    private static ExplainedStep Chosen(TimelineStep step, ProviderName provider, ProviderFacts? facts, Guid? before)
    {
        var why = before is null ? "chosen" : before == provider.Id ? "the same one again" : "another one, after the last did not take it";
        var place = facts is null ? "" : $" ({facts.Type}), priority {facts.Priority}, weight {facts.Weight}";
        return At(step, "provider", $"provider {provider.Name ?? "that was deleted since"}{place}: {why}");
    }

    private static ExplainedStep Called(TimelineStep step, AttemptDetails attempt)
    {
        var what = attempt.Outcome switch
        {
            AttemptOutcome.Accepted => "it was accepted",
            AttemptOutcome.Rejected => "it was refused",
            AttemptOutcome.Deferred => "it was not taken for now",
            _ => "nobody can know whether it was sent",
        };
        var why = attempt.Message is { } message ? $": {message} ({attempt.Code})" : "";
        if (attempt.Segments is { } segments)
            why += $": {segments} {(segments == 1 ? "segment" : "segments")} in {attempt.Encoding?.ToName() ?? "an unknown encoding"}";
        return new ExplainedStep(attempt.FinishedAt ?? step.At, new ExplainStep(step.Delivery.Channel, attempt.Outcome.ToName(), $"attempt {attempt.Number}: {what}{why}"));
    }

    private static ExplainedStep Reported(TimelineStep step, Callback callback)
    {
        var came = callback.ReceivedAt is { } received ? $"; it came at {ExplainWords.Time(received)}" : "";
        return At(step, callback.Code ?? step.Status.ToName(), $"{step.Status.ToName()}: {callback.Words}{came}") with { Callback = callback };
    }

    /// <summary>Null for what was said before: how it was accepted, and that a worker took it.</summary>
    private static ExplainedStep? Change(NotificationDetails notification, HashSet<DeliveryId> ended, TimelineStep step, DeliveryStatus? was)
    {
        var (code, message, next) = Detail(step);
        if (step.Sequence == 1 && step.Status == DeliveryStatus.Scheduled && code == SendDecision.QuietCode && message is not null && next is { } until)
            return new ExplainedStep(step.At, ExplainWords.Quiet(step.Delivery.Channel, message, until));
        if (step.Sequence == 1 && step.Status is DeliveryStatus.Queued or DeliveryStatus.Scheduled)
            return step.Status == DeliveryStatus.Queued ? At(step, "queued", "may be sent at once") : null;
        if (step.Status == DeliveryStatus.Sending)
            return was == DeliveryStatus.Scheduled && notification.Fallback?.After is not null && IsBehind(notification, ended, step)
                ? At(step, FallbackChain.Code, "its time came: the channel before it has not reached the recipient")
                : null;
        var text = new StringBuilder(step.Status switch
        {
            DeliveryStatus.Scheduled => "waits",
            DeliveryStatus.Queued => code == FallbackChain.Code ? "is due" : "goes back into the queue",
            _ => step.Status.ToName(),
        });
        if (message is not null)
            text.Append(": ").Append(message);
        if (next is not null)
            text.Append("; next at ").Append(ExplainWords.Time(next.Value));
        return At(step, code ?? step.Status.ToName(), text.ToString());
    }

    /// <summary>Those that were suppressed when they were accepted are waited for by nobody.</summary>
    private static bool IsBehind(NotificationDetails notification, HashSet<DeliveryId> ended, TimelineStep step) =>
        notification.Deliveries.FirstOrDefault(delivery => delivery.Id == step.Delivery) is { Place: > 1 } own
        && notification.Deliveries.Any(delivery => delivery.Place > 0 && delivery.Place < own.Place && !ended.Contains(delivery.Id));

    private static ExplainedStep At(TimelineStep step, string code, string message) => new(step.At, new ExplainStep(step.Delivery.Channel, code, message));

    private static (string? Code, string? Message, DateTimeOffset? Next) Detail(TimelineStep step)
    {
        if (step.Detail is null)
            return (null, null, null);
        using var detail = JsonDocument.Parse(step.Detail);
        return (Text("code"), Text("message"), detail.RootElement.TryGetProperty("nextAttemptAt", out var next) && next.TryGetDateTimeOffset(out var at) ? at : null);

        string? Text(string name) => detail.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }
}
