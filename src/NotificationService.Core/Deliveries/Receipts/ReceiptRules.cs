using NotificationService.Channels;
using static NotificationService.Deliveries.DeliveryStatus;

namespace NotificationService.Deliveries.Receipts;

/// <summary>
/// What a receipt means for a delivery, given where it stands. Evidence has an order – sent, failed, delivered, read, bounced – and the
/// strongest wins whichever comes first, so that receipts may come in any order. Each change is one that <see cref="DeliveryTransitions"/> allows.
/// </summary>
public static class ReceiptRules
{
    /// <summary>What the delivery becomes, or why it stays as it is.</summary>
    public static ReceiptDecision Decide(DeliveryStanding delivery, PendingReceipt receipt) => receipt.Kind switch
    {
        ReceiptKind.Sent => Sent(delivery, receipt),
        ReceiptKind.Delivered => Arrived(delivery, Delivered),
        ReceiptKind.Read => Arrived(delivery, DeliveryStatus.Read),
        ReceiptKind.Failed => Failed(delivery, receipt),
        ReceiptKind.Bounced => Bounced(delivery, receipt),
        _ => new ReceiptDecision.Stays("no_status"),
    };

    /// <summary>It went out: that only settles a doubt.</summary>
    private static ReceiptDecision Sent(DeliveryStanding delivery, PendingReceipt receipt)
    {
        if (IsOfEarlierAttempt(delivery, receipt))
            return EarlierAttempt();
        return delivery is { Status: Queued, Ambiguous: true } or { Status: DeliveryStatus.Failed, Failure.Kind: FailureKind.Unknown }
            ? new ReceiptDecision.Becomes(DeliveryStatus.Sent, Failure: null)
            : Late(delivery);
    }

    /// <summary>It arrived: true whichever of several calls it was, and whatever was believed before.</summary>
    private static ReceiptDecision Arrived(DeliveryStanding delivery, DeliveryStatus status) =>
        DeliveryTransitions.IsLegal(delivery.Status, status)
            ? new ReceiptDecision.Becomes(status, Failure: null)
            : Late(delivery);

    private static ReceiptDecision Failed(DeliveryStanding delivery, PendingReceipt receipt)
    {
        if (IsOfEarlierAttempt(delivery, receipt))
            return EarlierAttempt();
        var failure = FailureOf(receipt, receipt.IsTemporary ? FailureKind.Exhausted : FailureKind.Permanent);
        return delivery switch
        {
            { Status: DeliveryStatus.Sent } => new ReceiptDecision.Becomes(DeliveryStatus.Failed, failure),
            // It waits to be sent once more, which is the remedy for what passes and useless for what does not.
            { Status: Queued, Ambiguous: true } when receipt.IsTemporary => new ReceiptDecision.Stays("will_be_tried_again"),
            { Status: Queued, Ambiguous: true } => new ReceiptDecision.Becomes(DeliveryStatus.Failed, failure),
            { Status: DeliveryStatus.Failed, Failure.Kind: FailureKind.Unknown } => new ReceiptDecision.Settles(failure),
            _ => Late(delivery),
        };
    }

    private static ReceiptDecision Bounced(DeliveryStanding delivery, PendingReceipt receipt)
    {
        if (IsOfEarlierAttempt(delivery, receipt))
            return EarlierAttempt();
        return DeliveryTransitions.IsLegal(delivery.Status, DeliveryStatus.Bounced) && delivery is not { Status: Queued, Ambiguous: false }
            ? new ReceiptDecision.Becomes(DeliveryStatus.Bounced, FailureOf(receipt, FailureKind.Permanent))
            : Late(delivery);
    }

    /// <summary>What went wrong with an earlier call says nothing of the later one that was accepted.</summary>
    private static bool IsOfEarlierAttempt(DeliveryStanding delivery, PendingReceipt receipt) =>
        receipt.ProviderMessageId is { } reported && delivery.ProviderMessageId is { } last && reported != last;

    private static Failure FailureOf(PendingReceipt receipt, FailureKind kind) => new(
        kind, receipt.Code ?? (receipt.Kind == ReceiptKind.Bounced ? "bounced" : "reported_failed"),
        receipt.Message ?? (receipt.Kind == ReceiptKind.Bounced ? "the recipient's side returned it" : "the provider reported that it will not arrive"));

    private static ReceiptDecision.Stays EarlierAttempt() => new("earlier_attempt");

    private static ReceiptDecision.Stays Late(DeliveryStanding delivery) => new($"already_{delivery.Status.ToName()}");
}

/// <summary>What a receipt does to a delivery's status.</summary>
public abstract record ReceiptDecision
{
    private ReceiptDecision()
    {
    }

    /// <summary>A new status, and with it what is said of a failure.</summary>
    public sealed record Becomes(DeliveryStatus Status, Failure? Failure) : ReceiptDecision;

    /// <summary>The status stays; why it failed is known now.</summary>
    public sealed record Settles(Failure Failure) : ReceiptDecision;

    public sealed record Stays(string Reason) : ReceiptDecision;
}
