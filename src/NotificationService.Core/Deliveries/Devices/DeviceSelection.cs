using NotificationService.Channels;
using NotificationService.Recipients;

namespace NotificationService.Deliveries.Devices;

/// <summary>Which of a push's several devices are to be called now: none that has it, was refused or was given up. Pure.</summary>
public abstract record DeviceSelection
{
    private DeviceSelection()
    {
    }

    /// <summary>These devices alone.</summary>
    /// <param name="Message">The push to those that are called.</param>
    /// <param name="States">Of all devices, before the call.</param>
    public sealed record Call(ChannelMessage.Push Message, DeviceStates States) : DeviceSelection;

    /// <summary>The next one's time has not come.</summary>
    public sealed record Wait(DateTimeOffset Until) : DeviceSelection;

    /// <summary>All that were left are on the suppression list.</summary>
    public sealed record Suppressed(TransitionReason Reason) : DeviceSelection;

    /// <summary>Null for what is for one device, or for no device at all.</summary>
    public static DeviceSelection? Of(ClaimedDelivery delivery, ChannelMessage message, IReadOnlyList<SuppressedAddress> suppressed, DateTimeOffset now)
    {
        if (message is not ChannelMessage.Push { DeviceTokens.Count: > 1 } push)
            return null;
        var tokens = push.DeviceTokens.Distinct(StringComparer.Ordinal).ToDictionary(DeviceState.NameOf);
        if (tokens.Count == 1)
            return null;
        var before = delivery.Devices?.Items.ToDictionary(device => device.Device);
        var states = new DeviceStates([.. tokens.Select(token => State(delivery, token.Key, token.Value, before, suppressed))]);
        // Whoever has waited longest comes first: a call may not have time for all.
        var due = states.Items.Where(device => device.IsDue(now)).OrderBy(device => device.NextAttemptAt).Select(device => tokens[device.Device]).ToList();
        if (due.Count > 0)
            return new Call(push with { DeviceTokens = due }, states);
        if (states.NextAttemptAt is { } next)
            return new Wait(next);
        var reason = tokens.Values.Select(token => SuppressionCheck.ReasonAgainst(ChannelKind.Push, token, suppressed)).FirstOrDefault(found => found is not null);
        return new Suppressed(reason ?? new TransitionReason("devices_given_up", "nothing more is done for its devices"));
    }

    private static DeviceState State(
        ClaimedDelivery delivery, string name, string token, Dictionary<string, DeviceState>? before, IReadOnlyList<SuppressedAddress> suppressed)
    {
        // Before the first result each has what the delivery has: a worker that was lost may have called any of them.
        var state = before?.GetValueOrDefault(name)
            ?? new DeviceState(name, DeviceOutcome.Waiting, delivery.Attempts - delivery.RetriedFrom, null, delivery.Ambiguous, delivery.DueAt);
        return state.IsPending && SuppressionCheck.ReasonAgainst(ChannelKind.Push, token, suppressed) is { } reason
            ? state with { Outcome = DeviceOutcome.Suppressed, Code = reason.Code, NextAttemptAt = null }
            : state;
    }
}
