using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Deliveries.Devices;
using NotificationService.Storage;
using static NotificationService.Deliveries.DeliveryStatus;

namespace NotificationService.Deliveries;

/// <summary>
/// The state machine: which changes are legal, and what a worker writes after each thing that can happen to a delivery it
/// holds. Pure: time and jitter come in. Results and receipts ask the table; every statement that changes a status is held against it by a trigger in the
/// databases of the tests.
/// </summary>
public static class DeliveryTransitions
{
    private static readonly Dictionary<DeliveryStatus, DeliveryStatus[]> Legal = new()
    {
        // Scheduled again: its time has come and the channel before it still has time.
        [Scheduled] = [Scheduled, Queued, Sending, Cancelled, Expired, Suppressed, Failed],
        // Past sending: a receipt settles what may have gone out, and it is not sent again.
        [Queued] = [Scheduled, Sending, Sent, Delivered, Read, Cancelled, Expired, Suppressed, Failed, Bounced],
        // Back to queued: deferred by the provider, given back on shutdown, or taken from the dead.
        [Sending] = [Scheduled, Queued, Sent, Delivered, Failed, Expired, Suppressed, Bounced, Cancelled],
        [Sent] = [Delivered, Read, Failed, Bounced],
        [Delivered] = [Read, Bounced],
        [Read] = [Bounced],
        [Suppressed] = [],
        // Back only by hand: POST …/retry and dead letters. Of a chain the later ones wait for those before.
        [Expired] = [Queued, Scheduled],
        [Cancelled] = [],
        [Failed] = [Queued, Scheduled, Sent, Delivered, Read, Bounced],
        [Bounced] = [],
    };

    /// <summary>What a delivery may be when it is accepted.</summary>
    public static readonly IReadOnlySet<DeliveryStatus> Initial = new HashSet<DeliveryStatus> { Scheduled, Queued, Failed, Suppressed };

    public static bool IsLegal(DeliveryStatus from, DeliveryStatus to) => Legal[from].Contains(to);

    /// <summary>How often all providers of a channel are tried for one that none of them may send.</summary>
    private const int CyclesForOthers = 3;

    /// <summary>As long as its batch is held: <c>deliveries_resume_next.sql</c> knows it by being so far away.</summary>
    private static readonly TimeSpan Never = TimeSpan.FromDays(36_500);

    private const string NoProviderCode = "no_provider";

    /// <summary>How long a delivery waits for somebody to correct its provider's account.</summary>
    public static readonly TimeSpan LongestSuspension = TimeSpan.FromHours(72);

    private static readonly TimeSpan LongestSuspensionStep = TimeSpan.FromMinutes(10);

    /// <summary>Times a delivery may be lost with a worker that prepared others as well; from then on it is prepared alone, because any of them may have killed the worker.</summary>
    public const int MaxLossesInCompany = 2;

    /// <summary>Times it may be lost with a worker that prepared nothing else; then it is what kills them.</summary>
    public const int MaxLossesAlone = 2;

    /// <param name="others">Who else could be called.</param>
    public static DeliveryResult AfterCall(
        ClaimedDelivery delivery, ProviderResult result, Guid provider, Alternatives others, DateTimeOffset startedAt, DateTimeOffset now, double jitter)
    {
        var number = delivery.Attempts + 1;
        var tries = number - delivery.RetriedFrom;
        // Every provider once is a cycle; the schedule's steps lie between the cycles, and within one nobody waits.
        var failsOver = others.IsOneAble && tries % others.Count != 0;
        return result switch
        {
            ProviderResult.Accepted accepted => new DeliveryResult(
                delivery, accepted.Delivered ? Delivered : Sent, null,
                Attempt(AttemptOutcome.Accepted, null, null, StorableText.Of(accepted.ProviderMessageId, 200)) with { Segments = accepted.Segments },
                null, delivery.Ambiguous, null, now),
            // Others may rest or be unwell just now: they get three cycles, and then it has failed.
            ProviderResult.Rejected { Cause: RejectionCause.Provider } refused when others.Count > 1 && tries < CyclesForOthers * others.Count => Later(
                delivery, Attempt(AttemptOutcome.Rejected, refused.Code, refused.Message, null),
                failsOver ? TimeSpan.Zero : RetrySchedule.Next(delivery.Channel, Cycle(tries, others), null, jitter), FailureKind.Permanent, refused.Code, refused.Message, now),
            ProviderResult.Rejected rejected => new DeliveryResult(
                delivery, Failed, null, Attempt(AttemptOutcome.Rejected, rejected.Code, rejected.Message, null),
                new Failure(FailureKind.Permanent, StorableText.Of(rejected.Code, 100), StorableText.Of(rejected.Message, 500)), delivery.Ambiguous, null, now),
            ProviderResult.Deferred deferred => Later(
                delivery, Attempt(AttemptOutcome.Deferred, deferred.Code, deferred.Message, null),
                failsOver ? TimeSpan.Zero : Wait(delivery, deferred, Cycle(tries, others), now, jitter),
                KindOf(deferred.Cause), deferred.Code, deferred.Message, now),
            ProviderResult.Ambiguous ambiguous => Unclear(
                delivery, Attempt(AttemptOutcome.Ambiguous, ambiguous.Code, ambiguous.Message, null), ambiguous.Code, ambiguous.Message, now),
            _ => throw new ArgumentOutOfRangeException(nameof(result), result, "not a provider result"),
        };

        AttemptRecord Attempt(AttemptOutcome outcome, string? code, string? message, string? providerMessageId) =>
            new(number, provider, outcome, startedAt, now, code is null ? null : StorableText.Of(code, 100), message is null ? null : StorableText.Of(message, 500), providerMessageId);
    }

    /// <summary>
    /// Nobody can take it for now: it goes back as it came, without an attempt and without a word in the timeline, because
    /// nothing has happened. What waited for three days for an account that nobody corrected has failed.
    /// </summary>
    /// <param name="wait">When to look again.</param>
    public static DeliveryResult PutOff(ClaimedDelivery delivery, TimeSpan wait, string code, string message, DateTimeOffset now, double jitter)
    {
        if (code == Route.Later.SuspendedCode && now - delivery.Id.Notification.CreatedAt > LongestSuspension)
            return new DeliveryResult(delivery, Failed, null, null, new Failure(FailureKind.Credentials, StorableText.Of(code, 100), StorableText.Of(message, 500)), delivery.Ambiguous, null, now);
        // Spread, so that not all of them come back at once.
        var due = now + wait + (wait * 0.5 * jitter);
        return new DeliveryResult(delivery, Queued, delivery.ExpiresAt is { } end && end < due ? end : due, null, null, delivery.Ambiguous, null, now) { IsUnchanged = true };
    }

    /// <summary>Its time ran out before a provider was called.</summary>
    public static DeliveryResult Expire(ClaimedDelivery delivery, DateTimeOffset now) =>
        new(delivery, Expired, null, null, null, delivery.Ambiguous, new TransitionReason("expired", "expiresAt passed before it could be sent"), now);

    /// <summary>The template cannot be rendered: no provider is asked.</summary>
    public static DeliveryResult Unrenderable(ClaimedDelivery delivery, string code, string message, DateTimeOffset now) =>
        new(delivery, Failed, null, null, new Failure(FailureKind.TemplateError, StorableText.Of(code, 100), StorableText.Of(message, 500)), delivery.Ambiguous, null, now);

    /// <summary>The chosen provider's messages come from a domain that the tenant does not send from (any more).</summary>
    public static DeliveryResult ForbiddenSender(ClaimedDelivery delivery, string domain, DateTimeOffset now) => new(
        delivery, Failed, null, null, new Failure(FailureKind.Credentials, SenderDomain.Code, StorableText.Of($"its provider sends from {domain}, which is none of the tenant's sendingDomains", 500)),
        delivery.Ambiguous, null, now);

    /// <summary>The recipient has no address on this channel.</summary>
    public static DeliveryResult WithoutAddress(ClaimedDelivery delivery, DateTimeOffset now) => new(
        delivery, Failed, null, null, new Failure(FailureKind.NoAddress, "address_missing", $"the recipient has no address for {delivery.Channel.ToName()}"),
        delivery.Ambiguous, null, now);

    /// <summary>The address must not be written to.</summary>
    public static DeliveryResult Suppress(ClaimedDelivery delivery, TransitionReason reason, DateTimeOffset now) =>
        new(delivery, Suppressed, null, null, null, delivery.Ambiguous, reason, now);

    /// <summary>There is nobody to hand it to: it waits by the schedule, so that the tenant has time to configure a provider.</summary>
    public static DeliveryResult NoProvider(ClaimedDelivery delivery, DateTimeOffset now, double jitter)
    {
        const string Message = "no provider is configured and enabled for this channel";
        var attempt = new AttemptRecord(delivery.Attempts + 1, null, AttemptOutcome.Deferred, now, now, NoProviderCode, Message, null);
        return Later(delivery, attempt, RetrySchedule.Next(delivery.Channel, attempt.Number - delivery.RetriedFrom, null, jitter), FailureKind.Credentials, NoProviderCode, Message, now);
    }

    /// <summary>Another channel of its chain has reached the recipient.</summary>
    public static DeliveryResult NotNeeded(ClaimedDelivery delivery, string message, DateTimeOffset now) =>
        new(delivery, Cancelled, null, null, null, delivery.Ambiguous, new TransitionReason(FallbackChain.NotNeededCode, message), now);

    /// <summary>The batch that it belongs to was cancelled.</summary>
    public static DeliveryResult CancelWithBatch(ClaimedDelivery delivery, DateTimeOffset now) =>
        new(delivery, Cancelled, null, null, null, delivery.Ambiguous, new TransitionReason("batch_cancelled", "its batch was cancelled"), now);

    /// <summary>The batch that it belongs to is held: it goes back as it came, to a time that never comes by itself.</summary>
    public static DeliveryResult Hold(ClaimedDelivery delivery, DateTimeOffset now) =>
        new(delivery, Queued, now + Never, null, null, delivery.Ambiguous, null, now) { IsUnchanged = true };

    /// <summary>Its time has come and the channel before it in the chain still has time.</summary>
    public static DeliveryResult WaitForChain(ClaimedDelivery delivery, DateTimeOffset until, string message, DateTimeOffset now) =>
        new(delivery, Scheduled, delivery.ExpiresAt is { } end && end < until ? end : until, null, null, delivery.Ambiguous, new TransitionReason(FallbackChain.Code, message), now);

    /// <summary>Its time has come and the person is not to be disturbed.</summary>
    public static DeliveryResult WaitForQuiet(ClaimedDelivery delivery, DateTimeOffset until, string message, DateTimeOffset now) =>
        new(delivery, Scheduled, delivery.ExpiresAt is { } end && end < until ? end : until, null, null, delivery.Ambiguous, new TransitionReason(SendDecision.QuietCode, message), now);

    /// <summary>Given back untouched: the worker stops, or its lease grew too short to begin a call.</summary>
    public static DeliveryResult GiveBackClaim(ClaimedDelivery delivery, string code, string message, DateTimeOffset now) =>
        new(delivery, Queued, null, null, null, delivery.Ambiguous, new TransitionReason(code, message), now);

    /// <summary>Taken from a worker that no longer answers for it.</summary>
    public static DeliveryResult Rescue(ClaimedDelivery delivery, DateTimeOffset now)
    {
        if (delivery.CallStartedAt is { } startedAt)
        {
            // delivery.Attempts already counts the call that was begun.
            var attempt = new AttemptRecord(delivery.Attempts, null, AttemptOutcome.Ambiguous, startedAt, null, "worker_lost", "the worker was lost during the call", null);
            return delivery.Devices is { } devices ? DeviceTransitions.AfterLoss(delivery, devices, startedAt, Lost) : Lost(delivery);

            DeliveryResult Lost(ClaimedDelivery one) => Unclear(one, attempt, "worker_lost", "the worker was lost during the call; it may have been sent", now) with { Rescued = true };
        }

        if (delivery.Rescues >= MaxLossesInCompany + MaxLossesAlone)
        {
            // What lies between the claim and the call is the render: what it did to so many workers it does to the next.
            var failure = new Failure(FailureKind.TemplateError, "poison", $"workers were lost {delivery.Rescues} times while preparing it, {MaxLossesAlone} times alone");
            return new DeliveryResult(delivery, Failed, null, null, failure, delivery.Ambiguous, null, now, Rescued: true);
        }

        return new DeliveryResult(
            delivery, Queued, now, null, null, delivery.Ambiguous, new TransitionReason("rescued", "the worker was lost before it called a provider"), now, Rescued: true);
    }

    private static int Cycle(int tries, Alternatives others) => (tries + others.Count - 1) / others.Count;

    /// <summary>An account that does not work is waited for, whatever the number of tries: its deliveries are not to blame.</summary>
    private static TimeSpan? Wait(ClaimedDelivery delivery, ProviderResult.Deferred deferred, int cycle, DateTimeOffset now, double jitter)
    {
        var step = RetrySchedule.Next(delivery.Channel, cycle, deferred.RetryAfter, jitter);
        if (deferred.Cause != DeferralCause.Credentials || now - delivery.Id.Notification.CreatedAt > LongestSuspension)
            return step;
        return step < LongestSuspensionStep ? step : LongestSuspensionStep;
    }

    private static DeliveryResult Unclear(ClaimedDelivery delivery, AttemptRecord attempt, string code, string message, DateTimeOffset now)
    {
        if (AmbiguityPolicy.ResendAfter(delivery.Channel, delivery.Priority, delivery.Ambiguous, attempt.Number - delivery.RetriedFrom) is { } wait)
            return new DeliveryResult(delivery, Queued, now + wait, attempt, null, true, new TransitionReason(StorableText.Of(code, 100), StorableText.Of(message, 500)), now);
        return new DeliveryResult(delivery, Failed, null, attempt, new Failure(FailureKind.Unknown, StorableText.Of(code, 100), StorableText.Of(message, 500)), true, null, now);
    }

    private static DeliveryResult Later(ClaimedDelivery delivery, AttemptRecord attempt, TimeSpan? wait, FailureKind kindAtEnd, string code, string message, DateTimeOffset now)
    {
        if (wait is null)
            return new DeliveryResult(delivery, Failed, null, attempt, new Failure(kindAtEnd, StorableText.Of(code, 100), StorableText.Of(message, 500)), delivery.Ambiguous, null, now);
        if (delivery.ExpiresAt is { } end && now + wait.Value >= end)
            return new DeliveryResult(delivery, Expired, null, attempt, null, delivery.Ambiguous, new TransitionReason("expired", $"expiresAt passes before the next try ({code})"), now);
        return new DeliveryResult(delivery, Queued, now + wait.Value, attempt, null, delivery.Ambiguous, new TransitionReason(StorableText.Of(code, 100), StorableText.Of(message, 500)), now);
    }

    /// <summary>What the last try failed by: whoever reads it must know whether the vendor was unwell or the configuration is to be corrected.</summary>
    private static FailureKind KindOf(DeferralCause cause) => cause == DeferralCause.Credentials ? FailureKind.Credentials : FailureKind.Exhausted;

}
