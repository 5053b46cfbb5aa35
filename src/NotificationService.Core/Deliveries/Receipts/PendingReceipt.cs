using NotificationService.Channels;
using NotificationService.Recipients;
using NotificationService.Tenants;

namespace NotificationService.Deliveries.Receipts;

/// <summary>A receipt that was kept and not yet applied.</summary>
/// <param name="Place">Where its row is, as PostgreSQL writes it; of use in the transaction that locked it.</param>
/// <param name="Delivery">As the vendor echoed it: not yet known to exist.</param>
/// <param name="Age">How long ago it was kept, by the database's clock.</param>
/// <param name="Tries">How often it was looked at in vain.</param>
public sealed record PendingReceipt(
    TenantId Tenant,
    Guid Provider,
    string Place,
    Guid Id,
    DeliveryId? Delivery,
    string? ProviderMessageId,
    ReceiptKind Kind,
    DateTimeOffset OccurredAt,
    TimeSpan Age,
    string? Code,
    string? Message,
    string? Address,
    string? Url,
    ReceiptFlags Flags,
    short Tries)
{
    /// <summary>When it was kept, by the database's clock.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>As far as it was known when it was kept; the mode of the delivery that it turns out to be about comes first.</summary>
    public bool Live { get; init; } = true;

    /// <summary>What is unsubscribed from or resubscribed to.</summary>
    public string Scope { get; init; } = SuppressionScopes.All;

    public bool IsTemporary => Flags.HasFlag(ReceiptFlags.Temporary);

    /// <summary>Whether it says something of the address that outlasts the message.</summary>
    public bool ConcernsAddress =>
        Flags.HasFlag(ReceiptFlags.AddressDead) || Kind is ReceiptKind.Complained or ReceiptKind.Unsubscribed or ReceiptKind.Resubscribed;

    public override string ToString() => $"receipt {Id} ({Kind})";
}

/// <summary>The delivery that a receipt is about.</summary>
/// <param name="Delivery">Null when the tenant has none such.</param>
/// <param name="Standing">Where it stands, locked for this transaction; null when a worker holds it or somebody else has it locked.</param>
/// <param name="IsTheirs">Whether it was ever given to the provider that reports.</param>
/// <param name="Address">The recipient's address, where it was asked for.</param>
/// <param name="ProviderChannel">The provider's channel; null for what is built in.</param>
/// <param name="ProviderName">The provider's name.</param>
public sealed record ReceiptMatch(
    DeliveryId? Delivery, DeliveryStanding? Standing, bool IsTheirs, string? Address, ChannelKind? ProviderChannel, string? ProviderName)
{
    /// <summary>Whether a live account sent the delivery; null when there is none.</summary>
    public bool? Live { get; init; }

    public override string ToString() => $"match of {Delivery}";
}

/// <summary>A delivery as far as a receipt can change it.</summary>
public sealed record DeliveryStanding(DeliveryId Id, DeliveryStatus Status, bool Ambiguous, int TimelineSeq, string? ProviderMessageId, Failure? Failure);
