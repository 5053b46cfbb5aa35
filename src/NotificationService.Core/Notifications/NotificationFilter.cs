using NotificationService.Channels;
using NotificationService.Deliveries;

namespace NotificationService.Notifications;

/// <summary>Which notifications are wanted; what is null does not matter. Status and channel are those of one delivery.</summary>
/// <param name="Since">Accepted at this time or later.</param>
/// <param name="Until">Accepted before this time.</param>
public sealed record NotificationFilter(
    DeliveryStatus? Status = null,
    ChannelKind? Channel = null,
    string? TemplateKey = null,
    string? Reference = null,
    string? Category = null,
    Priority? Priority = null,
    string? UserId = null,
    DateTimeOffset? Since = null,
    DateTimeOffset? Until = null,
    Guid? Batch = null)
{
    /// <summary>Whether the index alone does not tell what matches.</summary>
    internal bool HasMore => (Batch is not null && Reference is not null) || Status is not null || Channel is not null || TemplateKey is not null || Category is not null || Priority is not null || UserId is not null;

    /// <summary>Which index the candidates come from, as <c>notifications_list.sql</c> numbers them.</summary>
    internal int Driver => Batch is not null ? OfBatch : Reference is not null ? ByReference : Status >= DeliveryStatus.Suppressed ? EndedBadly : Newest;

    internal const int Newest = 0;
    internal const int ByReference = 1;
    internal const int EndedBadly = 2;
    internal const int OfBatch = 3;
}

/// <summary>A notification in a list.</summary>
public sealed record NotificationListItem(
    NotificationId Id,
    bool Live,
    PinnedTemplate? Template,
    string? Category,
    string? Reference,
    Priority Priority,
    string Recipient,
    DateTimeOffset? SendAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    IReadOnlyList<ListedDelivery> Deliveries)
{
    public DeliveryStatus Status => NotificationStatus.Of(Deliveries.Select(delivery => delivery.Status));

    public override string ToString() => $"notification {Id}";
}

/// <summary>A delivery in a list.</summary>
public sealed record ListedDelivery(DeliveryId Id, DeliveryStatus Status, DateTimeOffset DueAt, ProviderName? Provider, Failure? Failure)
{
    public ChannelKind Channel => Id.Channel;
}
