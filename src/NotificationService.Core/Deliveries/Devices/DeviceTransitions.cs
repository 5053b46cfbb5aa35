using NotificationService.Channels;
using NotificationService.Storage;
using static NotificationService.Deliveries.DeliveryStatus;

namespace NotificationService.Deliveries.Devices;

/// <summary>
/// What is written after a call for several devices. Each device goes through <see cref="DeliveryTransitions"/> by its own count of calls, as if
/// it were a delivery of its own; the delivery waits while one of them does, and then it is sent if any has it. Pure.
/// </summary>
public static class DeviceTransitions
{
    private const string SomeCode = "some_devices";

    /// <param name="states">Of all devices, before the call.</param>
    /// <param name="called">The tokens that the call was for.</param>
    public static DeliveryResult AfterCall(
        ClaimedDelivery delivery, DeviceStates states, IReadOnlyList<string> called, ProviderResult result, Guid provider, Alternatives others,
        DateTimeOffset startedAt, DateTimeOffset now, double jitter)
    {
        var single = called.ToDictionary(DeviceState.NameOf, _ => (ProviderResult?)result);
        // What is not distinguished is true of each of them.
        foreach (var reported in result.Devices)
            single[DeviceState.NameOf(reported.Token)] = reported.Result;
        var next = states.Items.Select(device => single.TryGetValue(device.Device, out var one) ? After(device, one) : new Step(device, null)).ToList();
        var together = DeliveryTransitions.AfterCall(delivery, result, provider, others, startedAt, now, jitter);
        var accepted = next.Count(step => step.Result?.Attempt?.Outcome == AttemptOutcome.Accepted);
        if (accepted > 0 && accepted < called.Count && together.Attempt is { } attempt)
            together = together with { Attempt = attempt with { Code = SomeCode, Message = $"for {accepted} of {called.Count} devices" } };
        return Merge(together, next);

        Step After(DeviceState device, ProviderResult? one)
        {
            if (one is null)
                return new Step(device with { NextAttemptAt = now }, null); // the time for the call was over before its turn
            var alone = delivery with { Attempts = delivery.RetriedFrom + device.Attempts, Ambiguous = device.IsAmbiguous, Devices = null };
            return Next(device, DeliveryTransitions.AfterCall(alone, one, provider, others, startedAt, now, jitter));
        }
    }

    /// <summary>The worker was lost during a call: whoever was to be called then may have it.</summary>
    /// <param name="lost">What the loss means for one that represents all of them.</param>
    public static DeliveryResult AfterLoss(ClaimedDelivery delivery, DeviceStates states, DateTimeOffset startedAt, Func<ClaimedDelivery, DeliveryResult> lost) => Merge(
        lost(delivery),
        [.. states.Items.Select(device => device.IsDue(startedAt) ? Next(device, lost(delivery with { Ambiguous = device.IsAmbiguous, Devices = null })) : new Step(device, null))]);

    /// <summary>Whatever else ends a delivery: what a device has is sent, and those that were still to be tried are given up.</summary>
    public static DeliveryResult Settle(DeliveryResult result)
    {
        if (result is not { Delivery.Devices: { } devices, Devices: null, Status: Suppressed or Expired or Cancelled or Failed })
            return result;
        devices = devices.GiveUp();
        if (devices.Reached == 0)
            return result with { Devices = devices };
        var why = result.Failure is { } failure ? new TransitionReason(failure.Code, failure.Message) : result.Reason;
        return result with { Devices = devices, Status = Sent, Failure = null, Reason = why is null ? null : Words(devices, why) };
    }

    private sealed record Step(DeviceState Device, DeliveryResult? Result);

    private static Step Next(DeviceState device, DeliveryResult result) => new(
        device with
        {
            Outcome = result.Attempt?.Outcome switch
            {
                AttemptOutcome.Accepted => DeviceOutcome.Accepted,
                AttemptOutcome.Ambiguous => DeviceOutcome.Ambiguous,
                AttemptOutcome.Rejected => result.Status == Queued ? DeviceOutcome.Deferred : DeviceOutcome.Rejected,
                _ => result.Status == Queued ? DeviceOutcome.Deferred : DeviceOutcome.GivenUp,
            },
            Attempts = device.Attempts + 1,
            Code = result.Attempt?.Code,
            IsAmbiguous = result.Ambiguous,
            NextAttemptAt = result.Status == Queued ? result.DueAt : null,
        },
        result);

    private static DeliveryResult Merge(DeliveryResult together, IReadOnlyList<Step> steps)
    {
        var states = new DeviceStates([.. steps.Select(step => step.Device)]);
        var called = steps.Select(step => step.Result).OfType<DeliveryResult>().ToList();
        var result = together with { Devices = states, DueAt = null, Failure = null, Reason = null, Ambiguous = together.Delivery.Ambiguous || states.Items.Any(device => device.IsAmbiguous) };
        if (states.NextAttemptAt is { } due)
        {
            var why = called.Where(one => one.Status == Queued).MinBy(one => one.DueAt)?.Reason ?? new TransitionReason("devices_waiting", "the others have not been called yet");
            return result with { Status = Queued, DueAt = due, Reason = Words(states, why) };
        }

        if (states.Reached > 0)
        {
            var why = states.Reached == states.Total ? null : WorstOf(called) ?? new TransitionReason(SomeCode, "nothing more is done for the others");
            return result with { Status = Sent, Reason = why is null ? null : Words(states, why) };
        }

        return NoneHasIt(result, states, called, together.Failure);
    }

    private static DeliveryResult NoneHasIt(DeliveryResult result, DeviceStates states, List<DeliveryResult> called, Failure? together)
    {
        if (states.Items.FirstOrDefault(device => device.Outcome == DeviceOutcome.Ambiguous) is { } doubtful)
        {
            var said = called.Find(one => one.Failure?.Kind == FailureKind.Unknown)?.Failure;
            return result with { Status = Failed, Failure = said ?? new Failure(FailureKind.Unknown, doubtful.Code ?? "ambiguous", "nobody can know whether a device has it") };
        }

        if (called.Find(one => one.Status == Expired) is { } late)
            return result with { Status = Expired, Reason = late.Reason };
        // What may pass is more worth saying than that some devices are gone as well; among equals the provider knows which.
        var worst = called.Select(one => one.Failure).OfType<Failure>().MaxBy(failure => failure.Kind != FailureKind.Permanent);
        return result with
        {
            Status = Failed,
            Failure = worst is null ? new Failure(FailureKind.Exhausted, "devices_given_up", "no device could be reached") : worst.Kind == together?.Kind ? together : worst,
        };
    }

    private static TransitionReason? WorstOf(List<DeliveryResult> called) => called
        .Select(one => one.Failure is { } failure ? new TransitionReason(failure.Code, failure.Message) : one.Status == Expired ? one.Reason : null).FirstOrDefault(reason => reason is not null);

    private static TransitionReason Words(DeviceStates states, TransitionReason why) => new(why.Code, StorableText.Of($"{states.Words}; {why.Message}", 500));
}
