using NotificationService.Channels;
using NotificationService.Deliveries.Devices;
using NotificationService.Inbox;
using NotificationService.Recipients;
using NotificationService.Storage;

namespace NotificationService.Deliveries;

/// <summary>What is to be written about a claimed delivery: the new status, the attempt if a call was made, why.</summary>
public sealed record DeliveryResult(
    ClaimedDelivery Delivery,
    DeliveryStatus Status,
    DateTimeOffset? DueAt,
    AttemptRecord? Attempt,
    Failure? Failure,
    bool Ambiguous,
    TransitionReason? Reason,
    DateTimeOffset At,
    bool Rescued = false)
{
    /// <summary>What it becomes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No delivery may become that while a worker holds it.</exception>
    public DeliveryStatus Status { get; init => field = Legal(value); } = Legal(Status);

    /// <summary>Addresses that the provider's response shows to be dead: they go on the suppression list with the result.</summary>
    public IReadOnlyList<string> DeadAddresses { get; init; } = [];

    /// <summary>Why they go there.</summary>
    public SuppressionReason DeadFor { get; init; } = SuppressionReason.Bounce;

    /// <summary>What they are not sent again.</summary>
    public string DeadScope { get; init; } = SuppressionScopes.All;

    /// <summary>What became of each of several devices; null leaves it as it was.</summary>
    public DeviceStates? Devices { get; init; }

    /// <summary>What it leaves in the user's inbox, in the same commit; null for everything else.</summary>
    public ArrivingItem? Item { get; init; }

    /// <summary>It is as it was before the claim: nothing happened that the timeline would show.</summary>
    public bool IsUnchanged { get; init; }

    private static DeliveryStatus Legal(DeliveryStatus status) => DeliveryTransitions.IsLegal(DeliveryStatus.Sending, status)
        ? status
        : throw new ArgumentOutOfRangeException(nameof(status), status, "not legal after sending");
}

/// <summary>Who else could be called for a delivery.</summary>
/// <param name="Count">The channel's providers, the one just called included; at least 1.</param>
/// <param name="IsOneAble">Another one could take it now.</param>
public readonly record struct Alternatives(int Count, bool IsOneAble)
{
    public static readonly Alternatives None = new(1, IsOneAble: false);
}

/// <summary>One call to one provider.</summary>
public sealed record AttemptRecord(
    int Number, Guid? ProviderId, AttemptOutcome Outcome, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string? Code, string? Message, string? ProviderMessageId)
{
    /// <summary>Parts that a text message is billed as.</summary>
    public int? Segments { get; init; }

    /// <summary>How their characters are written.</summary>
    public SmsEncoding? Encoding { get; init; }
}

public sealed record Failure(FailureKind Kind, string Code, string Message);

/// <summary>Plain words for a timeline row.</summary>
public sealed record TransitionReason(string Code, string Message);

/// <summary>Stored as a smallint: never renumber.</summary>
[SqlName("outcome")]
public enum AttemptOutcome : short
{
    Accepted = 1,
    Rejected = 2,
    Deferred = 3,
    Ambiguous = 4,
}

public static class AttemptOutcomes
{
    public static string ToName(this AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Accepted => "accepted",
        AttemptOutcome.Rejected => "rejected",
        AttemptOutcome.Deferred => "deferred",
        AttemptOutcome.Ambiguous => "ambiguous",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "no such outcome"),
    };
}
