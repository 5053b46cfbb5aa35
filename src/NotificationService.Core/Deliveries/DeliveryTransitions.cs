using NotificationService.Channels;
using static NotificationService.Deliveries.DeliveryStatus;

namespace NotificationService.Deliveries;

/// <summary>
/// The state machine: which changes are legal, and what a worker writes after each thing that can happen to a delivery it
/// holds. Pure: time and chance come in. The table is also what the tests and the invariant checker read.
/// </summary>
public static class DeliveryTransitions
{
    private static readonly Dictionary<DeliveryStatus, DeliveryStatus[]> Legal = new()
    {
        [Scheduled] = [Queued, Sending, Cancelled, Expired, Suppressed, Failed],
        [Queued] = [Sending, Cancelled, Expired, Suppressed, Failed],
        // Back to queued: deferred by the provider, handed back on shutdown, or taken from the dead.
        [Sending] = [Queued, Sent, Delivered, Failed, Expired, Suppressed, Bounced],
        [Sent] = [Delivered, Read, Failed, Bounced],
        [Delivered] = [Read, Bounced],
        [Read] = [],
        [Suppressed] = [],
        // Back to queued only by hand: POST …/retry and dead letters.
        [Expired] = [],
        [Cancelled] = [],
        [Failed] = [Queued, Sent, Delivered],
        [Bounced] = [],
    };

    /// <summary>What a delivery may be when it is accepted.</summary>
    public static readonly IReadOnlySet<DeliveryStatus> Initial = new HashSet<DeliveryStatus> { Scheduled, Queued, Failed, Suppressed };

    public static bool IsLegal(DeliveryStatus from, DeliveryStatus to) => Legal[from].Contains(to);

    private const string NoProviderCode = "no_provider";

    /// <summary>Times a row may be taken back from workers that died before calling a provider; then it is what kills them.</summary>
    public const int MostRescues = 3;

    public static DeliveryResult AfterCall(ClaimedDelivery delivery, ProviderResult result, Guid provider, DateTimeOffset startedAt, DateTimeOffset now, double chance)
    {
        var number = delivery.Attempts + 1;
        return result switch
        {
            ProviderResult.Accepted accepted => new DeliveryResult(
                delivery, accepted.Delivered ? Delivered : Sent, null,
                Attempt(AttemptOutcome.Accepted, null, null, Cut(accepted.ProviderMessageId, 200)), null, delivery.Ambiguous, null, now),
            ProviderResult.Rejected rejected => new DeliveryResult(
                delivery, Failed, null, Attempt(AttemptOutcome.Rejected, rejected.Code, rejected.Message, null),
                new Failure(FailureKind.Permanent, Cut(rejected.Code, 100), Cut(rejected.Message, 500)), delivery.Ambiguous, null, now),
            ProviderResult.Deferred deferred => Later(
                delivery, Attempt(AttemptOutcome.Deferred, deferred.Code, deferred.Message, null),
                RetrySchedule.Next(delivery.Channel, number - delivery.RetriedFrom, deferred.RetryAfter, chance), KindOf(deferred.Cause), deferred.Code, deferred.Message, now),
            ProviderResult.Ambiguous ambiguous => Unclear(
                delivery, Attempt(AttemptOutcome.Ambiguous, ambiguous.Code, ambiguous.Message, null), ambiguous.Code, ambiguous.Message, now),
            _ => throw new ArgumentOutOfRangeException(nameof(result), result, "not a provider result"),
        };

        AttemptRecord Attempt(AttemptOutcome outcome, string? code, string? message, string? providerMessageId) =>
            new(number, provider, outcome, startedAt, now, code is null ? null : Cut(code, 100), message is null ? null : Cut(message, 500), providerMessageId);
    }

    /// <summary>Its time ran out before a provider was called.</summary>
    public static DeliveryResult Expire(ClaimedDelivery delivery, DateTimeOffset now) =>
        new(delivery, Expired, null, null, null, delivery.Ambiguous, new TransitionReason("expired", "expiresAt passed before it could be sent"), now);

    /// <summary>The template cannot be rendered: no provider is asked.</summary>
    public static DeliveryResult Unrenderable(ClaimedDelivery delivery, string code, string message, DateTimeOffset now) =>
        new(delivery, Failed, null, null, new Failure(FailureKind.TemplateError, Cut(code, 100), Cut(message, 500)), delivery.Ambiguous, null, now);

    /// <summary>The recipient has no address on this channel.</summary>
    public static DeliveryResult WithoutAddress(ClaimedDelivery delivery, DateTimeOffset now) => new(
        delivery, Failed, null, null, new Failure(FailureKind.NoAddress, "address_missing", $"the recipient has no address for {delivery.Channel.ToName()}"),
        delivery.Ambiguous, null, now);

    /// <summary>There is nobody to hand it to: it waits by the schedule, so that the tenant has time to configure a provider.</summary>
    public static DeliveryResult NoProvider(ClaimedDelivery delivery, DateTimeOffset now, double chance)
    {
        const string Message = "no provider is configured and enabled for this channel";
        var attempt = new AttemptRecord(delivery.Attempts + 1, null, AttemptOutcome.Deferred, now, now, NoProviderCode, Message, null);
        return Later(delivery, attempt, RetrySchedule.Next(delivery.Channel, attempt.Number - delivery.RetriedFrom, null, chance), FailureKind.Credentials, NoProviderCode, Message, now);
    }

    /// <summary>Handed back untouched: the worker stops, or its lease grew too short to begin a call.</summary>
    public static DeliveryResult HandBack(ClaimedDelivery delivery, string code, string message, DateTimeOffset now) =>
        new(delivery, Queued, null, null, null, delivery.Ambiguous, new TransitionReason(code, message), now);

    /// <summary>Taken from a worker that no longer answers for it.</summary>
    public static DeliveryResult Rescue(ClaimedDelivery delivery, DateTimeOffset now)
    {
        if (delivery.CallStartedAt is { } startedAt)
        {
            // delivery.Attempts already counts the call that was begun.
            var attempt = new AttemptRecord(delivery.Attempts, null, AttemptOutcome.Ambiguous, startedAt, null, "worker_lost", "the worker was lost during the call", null);
            return Unclear(delivery, attempt, "worker_lost", "the worker was lost during the call; it may have been sent", now) with { Rescued = true };
        }

        if (delivery.Rescues >= MostRescues)
        {
            var failure = new Failure(FailureKind.Exhausted, "poison", $"workers were lost {delivery.Rescues} times while preparing it");
            return new DeliveryResult(delivery, Failed, null, null, failure, delivery.Ambiguous, null, now, Rescued: true);
        }

        return new DeliveryResult(
            delivery, Queued, now, null, null, delivery.Ambiguous, new TransitionReason("rescued", "the worker was lost before it called a provider"), now, Rescued: true);
    }

    private static DeliveryResult Unclear(ClaimedDelivery delivery, AttemptRecord attempt, string code, string message, DateTimeOffset now)
    {
        if (AmbiguityPolicy.ResendAfter(delivery.Channel, delivery.Priority, delivery.Ambiguous) is { } wait)
            return new DeliveryResult(delivery, Queued, now + wait, attempt, null, true, new TransitionReason(Cut(code, 100), Cut(message, 500)), now);
        return new DeliveryResult(delivery, Failed, null, attempt, new Failure(FailureKind.Unknown, Cut(code, 100), Cut(message, 500)), true, null, now);
    }

    private static DeliveryResult Later(ClaimedDelivery delivery, AttemptRecord attempt, TimeSpan? wait, FailureKind kindAtEnd, string code, string message, DateTimeOffset now)
    {
        if (wait is null)
            return new DeliveryResult(delivery, Failed, null, attempt, new Failure(kindAtEnd, Cut(code, 100), Cut(message, 500)), delivery.Ambiguous, null, now);
        if (delivery.ExpiresAt is { } end && now + wait.Value >= end)
            return new DeliveryResult(delivery, Expired, null, attempt, null, delivery.Ambiguous, new TransitionReason("expired", $"expiresAt passes before the next try ({code})"), now);
        return new DeliveryResult(delivery, Queued, now + wait.Value, attempt, null, delivery.Ambiguous, new TransitionReason(Cut(code, 100), Cut(message, 500)), now);
    }

    /// <summary>What the last try failed by: whoever reads it must know whether the vendor was unwell or the configuration is to be mended.</summary>
    private static FailureKind KindOf(DeferralCause cause) => cause == DeferralCause.Credentials ? FailureKind.Credentials : FailureKind.Exhausted;

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..most];
}
