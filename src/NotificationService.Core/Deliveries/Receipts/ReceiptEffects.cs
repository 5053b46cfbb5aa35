using NotificationService.Channels;
using NotificationService.Recipients;

namespace NotificationService.Deliveries.Receipts;

/// <summary>
/// What one tenant's pending receipts come to, worked out one after the other on the deliveries as they are found: several receipts of one
/// delivery meet each other's result. Pure; <see cref="ReceiptStore"/> writes it.
/// </summary>
public sealed class ReceiptEffects(DateTimeOffset now)
{
    /// <summary>How long a receipt waits for its delivery to be known: our own commit may come after the vendor's report.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Dictionary<DeliveryId, ChangedDelivery> changed = [];

    public IEnumerable<ChangedDelivery> Changed => changed.Values.OrderBy(delivery => delivery.Standing.Id.Value);

    public List<ReceiptStep> Steps { get; } = [];

    public List<(DeliveryId Delivery, PendingReceipt Receipt)> Engagements { get; } = [];

    public List<ReportedAddress> Addresses { get; } = [];

    public List<EndedReceipt> Ended { get; } = [];

    public void Add(PendingReceipt receipt, ReceiptMatch match)
    {
        var isTheirs = match is { Delivery: not null, IsTheirs: true };
        if (!isTheirs && receipt is { ConcernsAddress: true, Address: not null })
            EndAddressOnly(receipt, match);
        else if (!isTheirs)
            WaitForDelivery(receipt, match);
        else if (match.Standing is null && !changed.ContainsKey(match.Delivery!.Value))
            Wait(receipt, "being_sent");
        else
            Apply(receipt, match, match.Delivery!.Value);
    }

    private void Apply(PendingReceipt receipt, ReceiptMatch match, DeliveryId delivery)
    {
        var standing = changed.TryGetValue(delivery, out var known) ? known.Standing : match.Standing!;
        var decision = ReceiptRules.Decide(standing, receipt);
        if (decision is ReceiptDecision.Becomes becomes)
        {
            var next = standing with
            {
                Status = becomes.Status,
                Failure = becomes.Failure,
                TimelineSeq = standing.TimelineSeq + 1,
                ProviderMessageId = standing.ProviderMessageId ?? receipt.ProviderMessageId,
            };
            changed[delivery] = new ChangedDelivery(next, receipt.Provider, (known?.Steps ?? 0) + 1);
            Steps.Add(new ReceiptStep(next, receipt, match.ProviderName));
        }
        else if (decision is ReceiptDecision.Settles settles)
        {
            changed[delivery] = new ChangedDelivery(standing with { Failure = settles.Failure }, receipt.Provider, known?.Steps ?? 0);
        }

        var isEngagement = receipt.Kind is ReceiptKind.Read or ReceiptKind.Deferred or ReceiptKind.Opened or ReceiptKind.Clicked
            or ReceiptKind.Complained or ReceiptKind.Unsubscribed or ReceiptKind.Resubscribed;
        if (isEngagement)
            Engagements.Add((delivery, receipt));
        var concernsAddress = AddAddress(receipt, match, delivery.Channel, delivery);
        var reason = decision is ReceiptDecision.Stays stays ? stays.Reason : null;
        End(receipt, reason is null || isEngagement || concernsAddress ? ReceiptState.Applied : ReceiptState.Ignored, reason == "no_status" ? null : reason, delivery);
    }

    /// <summary>A number that answered STOP is no answer to one message.</summary>
    private void EndAddressOnly(PendingReceipt receipt, ReceiptMatch match)
    {
        if ((match.ProviderChannel ?? receipt.Delivery?.Channel) is { } channel && AddAddress(receipt, match, channel, delivery: null))
            End(receipt, ReceiptState.Applied, null, null);
        else
            End(receipt, ReceiptState.Unmatched, "unknown_channel", null);
    }

    private bool AddAddress(PendingReceipt receipt, ReceiptMatch match, ChannelKind channel, DeliveryId? delivery)
    {
        if (!receipt.ConcernsAddress || (receipt.Address ?? match.Address) is not { Length: > 0 } address)
            return false;
        var reason = receipt.Kind switch
        {
            ReceiptKind.Complained => SuppressionReason.Complaint,
            ReceiptKind.Unsubscribed or ReceiptKind.Resubscribed => SuppressionReason.Unsubscribe,
            _ => channel == ChannelKind.Push ? SuppressionReason.DeadToken : SuppressionReason.Bounce,
        };
        Addresses.Add(new ReportedAddress(channel, address, reason, receipt.Provider, delivery?.Value, receipt.Code, receipt.OccurredAt)
        {
            Until = receipt.Kind == ReceiptKind.Resubscribed ? receipt.OccurredAt : null,
        });
        return true;
    }

    private void WaitForDelivery(PendingReceipt receipt, ReceiptMatch match)
    {
        if (receipt is { Delivery: null, ProviderMessageId: null })
            End(receipt, ReceiptState.Unmatched, "names_no_message", null);
        else if (now - receipt.ReceivedAt >= LongestWait)
            End(receipt, ReceiptState.Unmatched, match.Delivery is null ? "unknown_message" : "not_of_this_provider", null);
        else
            Wait(receipt, "unknown_message");
    }

    /// <summary>The longer it has waited, the longer it waits.</summary>
    private void Wait(PendingReceipt receipt, string reason)
    {
        var age = now - receipt.ReceivedAt;
        Ended.Add(new EndedReceipt(receipt, ReceiptState.Pending, reason, now + (age < FirstPause ? FirstPause : age < LongestPause ? age : LongestPause), null));
    }

    private void End(PendingReceipt receipt, ReceiptState state, string? reason, DeliveryId? delivery) =>
        Ended.Add(new EndedReceipt(receipt, state, reason, now, delivery));
}

/// <summary>A delivery as it is after the receipts, and how many rows its timeline gets.</summary>
public sealed record ChangedDelivery(DeliveryStanding Standing, Guid Provider, int Steps);

/// <summary>A change of status, and the receipt that made it.</summary>
public sealed record ReceiptStep(DeliveryStanding After, PendingReceipt Receipt, string? ProviderName);

/// <summary>What became of a receipt; one that is pending is looked at again.</summary>
public sealed record EndedReceipt(PendingReceipt Receipt, ReceiptState State, string? Reason, DateTimeOffset NextTryAt, DeliveryId? Delivery);
