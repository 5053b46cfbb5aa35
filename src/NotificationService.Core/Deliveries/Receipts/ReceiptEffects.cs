using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Tenants;

namespace NotificationService.Deliveries.Receipts;

/// <summary>
/// What pending receipts come to, worked out one after the other on the deliveries as they are found: several receipts of one
/// delivery meet each other's result. Pure; <see cref="ReceiptStore"/> writes it.
/// </summary>
public sealed class ReceiptEffects
{
    /// <summary>How often a receipt is looked at in vain before it is unmatched: the pauses in between are five minutes together.</summary>
    /// <remarks>Counted in looks and not in time, because while no worker runs nobody looks.</remarks>
    public const int MaxTries = 11;

    /// <summary>Why an address that was reported is written to as before: a test account's message went to it, and to nobody.</summary>
    public const string TestAccount = "test_account";

    /// <summary>Why nothing follows from HELP: what to answer is the tenant's affair.</summary>
    private const string HelpIsNotAnswered = "help_is_not_answered";

    private const int MaxDoublings = 9;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = FirstPause * (1 << MaxDoublings);

    /// <summary>For what is being sent at this moment: that ends soon, and nobody knows when.</summary>
    private static readonly TimeSpan LongestPauseOfSending = TimeSpan.FromSeconds(5);

    private readonly Dictionary<DeliveryId, ChangedDelivery> changed = [];

    public IEnumerable<ChangedDelivery> Changed => changed.Values.OrderBy(delivery => delivery.Standing.Id.Value);

    public List<ReceiptStep> Steps { get; } = [];

    public List<(DeliveryId Delivery, PendingReceipt Receipt)> Engagements { get; } = [];

    public List<ReportedAddress> Addresses { get; } = [];

    public List<EndedReceipt> Ended { get; } = [];

    public void Add(PendingReceipt receipt, ReceiptMatch match)
    {
        if (match.Delivery is { } known && match.Standing is null && !changed.ContainsKey(known))
            Wait(receipt, match, "being_sent"); // who was called for it may not be written down yet
        else if (match is { Delivery: { } delivery, IsTheirs: true })
            Apply(receipt, match, delivery);
        else if (receipt is { Delivery: null, ProviderMessageId: null })
            EndWithoutMessage(receipt, match);
        else if (receipt.Tries < MaxTries)
            Wait(receipt, match, "unknown_message");
        else
            GiveUp(receipt, match);
    }

    private void Apply(PendingReceipt receipt, ReceiptMatch match, DeliveryId delivery)
    {
        var standing = changed.TryGetValue(delivery, out var known) ? known.Standing : match.Standing!;
        var decision = ReceiptRules.Decide(standing, receipt);
        var isTestAddress = AddressIn(receipt, match) is not null && !IsLive(receipt, match);
        if (decision is ReceiptDecision.Becomes becomes)
        {
            var next = standing with
            {
                Status = becomes.Status,
                Failure = becomes.Failure,
                TimelineSeq = standing.TimelineSeq + 1,
                ProviderMessageId = standing.ProviderMessageId ?? receipt.ProviderMessageId,
            };
            changed[delivery] = new ChangedDelivery(receipt.Tenant, next, receipt.Provider, (known?.Steps ?? 0) + 1);
            Steps.Add(new ReceiptStep(next, receipt, match.ProviderName, isTestAddress));
        }
        else if (decision is ReceiptDecision.Settles settles)
        {
            changed[delivery] = new ChangedDelivery(receipt.Tenant, standing with { Failure = settles.Failure }, receipt.Provider, known?.Steps ?? 0);
        }

        var isEngagement = receipt.Kind is ReceiptKind.Read or ReceiptKind.Deferred or ReceiptKind.Opened or ReceiptKind.Clicked
            or ReceiptKind.Complained or ReceiptKind.Unsubscribed or ReceiptKind.Resubscribed;
        if (isEngagement)
            Engagements.Add((delivery, receipt));
        var concernsAddress = AddAddress(receipt, match, delivery.Channel, delivery);
        var reason = decision is ReceiptDecision.Stays stays ? stays.Reason : null;
        var state = reason is null || isEngagement || concernsAddress ? ReceiptState.Applied : ReceiptState.Ignored;
        End(receipt, match, state, reason is not (null or "no_status") ? reason : isTestAddress ? TestAccount : null, delivery);
    }

    /// <summary>A number that answered STOP is no answer to one message.</summary>
    private void EndWithoutMessage(PendingReceipt receipt, ReceiptMatch match)
    {
        if (receipt.Kind == ReceiptKind.AskedForHelp)
            End(receipt, match, ReceiptState.Ignored, HelpIsNotAnswered, null);
        else if (receipt is not { ConcernsAddress: true, Address: not null })
            End(receipt, match, ReceiptState.Unmatched, "names_no_message", null);
        else if (!IsLive(receipt, match))
            End(receipt, match, ReceiptState.Ignored, TestAccount, null);
        else if (AddAddressAlone(receipt, match))
            End(receipt, match, ReceiptState.Applied, null, null);
        else
            End(receipt, match, ReceiptState.Unmatched, "unknown_channel", null);
    }

    /// <summary>What is said of the address does not need the delivery.</summary>
    private bool AddAddressAlone(PendingReceipt receipt, ReceiptMatch match) =>
        receipt.Address is not null && (match.ProviderChannel ?? receipt.Delivery?.Channel) is { } channel && AddAddress(receipt, match, channel, delivery: null);

    private bool AddAddress(PendingReceipt receipt, ReceiptMatch match, ChannelKind channel, DeliveryId? delivery)
    {
        if (AddressIn(receipt, match) is not { } address || !IsLive(receipt, match))
            return false;
        if (receipt.Flags.HasFlag(ReceiptFlags.AddressKept))
            return true;
        var reason = receipt.Kind switch
        {
            ReceiptKind.Complained => SuppressionReason.Complaint,
            ReceiptKind.Unsubscribed or ReceiptKind.Resubscribed => SuppressionReason.Unsubscribe,
            _ => ChannelTable.Of(channel).Suppression?.WhenDead ?? SuppressionReason.Bounce,
        };
        Addresses.Add(new ReportedAddress(receipt.Tenant, channel, address, reason, receipt.Provider, delivery?.Value, receipt.Code, receipt.OccurredAt)
        {
            Scope = reason == SuppressionReason.Unsubscribe ? receipt.Scope : SuppressionScopes.All,
            Until = receipt.Kind == ReceiptKind.Resubscribed ? receipt.OccurredAt : null,
        });
        return true;
    }

    /// <summary>The address that it says something of; null when it says nothing of any, or nobody knows of which.</summary>
    private static string? AddressIn(PendingReceipt receipt, ReceiptMatch match) =>
        receipt.ConcernsAddress && (receipt.Address ?? match.Address) is { Length: > 0 } address ? address : null;

    /// <summary>The list of suppressed addresses is the tenant's and kept by live: what became of a message of a test account says nothing of it.</summary>
    private static bool IsLive(PendingReceipt receipt, ReceiptMatch match) => match.Live ?? receipt.Live;

    private void GiveUp(PendingReceipt receipt, ReceiptMatch match) => End(
        receipt,
        match,
        receipt.Flags.HasFlag(ReceiptFlags.AddressKept) ? ReceiptState.Applied : ReceiptState.Unmatched,
        match.Delivery is null ? "unknown_message" : "not_of_this_provider",
        null);

    /// <summary>The oftener it was looked at, the longer it waits. What it says of an address counts already, once.</summary>
    private void Wait(PendingReceipt receipt, ReceiptMatch match, string reason)
    {
        var flags = AddAddressAlone(receipt, match) ? ReceiptFlags.AddressKept : ReceiptFlags.None;
        var (doubled, longest) = (FirstPause * (1 << Math.Min((int)receipt.Tries, MaxDoublings)), match.Standing is null && match.Delivery is not null ? LongestPauseOfSending : LongestPause);
        var pause = doubled < longest ? doubled : longest;
        Ended.Add(new EndedReceipt(receipt, ReceiptState.Pending, reason, pause, null) { Flags = flags, Live = match.Live });
    }

    private void End(PendingReceipt receipt, ReceiptMatch match, ReceiptState state, string? reason, DeliveryId? delivery) =>
        Ended.Add(new EndedReceipt(receipt, state, reason, TimeSpan.Zero, delivery) { Live = match.Live });
}

/// <summary>A delivery as it is after the receipts, and how many rows its timeline gets.</summary>
public sealed record ChangedDelivery(TenantId Tenant, DeliveryStanding Standing, Guid Provider, int Steps);

/// <summary>A change of status, and the receipt that made it.</summary>
/// <param name="IsTestAddress">It says that the address is not to be written to, and is not heeded, because a test account sent the message.</param>
public sealed record ReceiptStep(DeliveryStanding After, PendingReceipt Receipt, string? ProviderName, bool IsTestAddress);

/// <summary>What became of a receipt; one that is pending is looked at again.</summary>
/// <param name="Pause">How long until then.</param>
public sealed record EndedReceipt(PendingReceipt Receipt, ReceiptState State, string? Reason, TimeSpan Pause, DeliveryId? Delivery)
{
    /// <summary>What is to be remembered of it.</summary>
    public ReceiptFlags Flags { get; init; }

    /// <summary>Whether a live account sent the delivery; null where none was found.</summary>
    public bool? Live { get; init; }
}
