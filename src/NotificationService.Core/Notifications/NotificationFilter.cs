using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Storage;

namespace NotificationService.Notifications;

/// <summary>Which notifications are wanted; what is null does not matter. Status and channel are those of one delivery.</summary>
/// <param name="Since">Accepted at this time or later.</param>
/// <param name="Until">Accepted before this time.</param>
/// <param name="Live">Only those of live accounts, or only those of test accounts.</param>
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
    Guid? Batch = null,
    bool? Live = null)
{
    /// <summary>Whether every row of the index is wanted, so that it alone tells how many there are.</summary>
    internal bool IsIndexed => Index switch
    {
        OfBatch => this == new NotificationFilter(Batch: Batch, Since: Since, Until: Until),
        OfStatus => false,
        ByReference => this == new NotificationFilter(Reference: Reference, Since: Since, Until: Until, Live: Live),
        OfUser => this == new NotificationFilter(UserId: UserId, Since: Since, Until: Until, Live: Live),
        OfTemplate => this == new NotificationFilter(TemplateKey: TemplateKey, Since: Since, Until: Until, Live: Live),
        _ => this == new NotificationFilter(Since: Since, Until: Until, Live: Live),
    };

    /// <summary>The most rows of the index that one page looks at. What ended badly is filtered by channel in the index itself.</summary>
    internal int ScanLimit =>
        IsIndexed || this == new NotificationFilter(Status: Status, Channel: Index == OfStatus ? Channel : null, Since: Since, Until: Until, Live: Live) && Index == OfStatus
            ? PageRequest.Reach
            : PageRequest.ScanLimit;

    /// <summary>Which index is walked, as <c>notifications_list.sql</c> numbers them: of those that fit the one with the fewest rows, as a rule.</summary>
    internal int Index =>
        Batch is not null ? OfBatch
        : Reference is not null ? ByReference
        : UserId is not null ? OfUser
        : Status >= DeliveryStatus.Suppressed ? OfStatus
        : TemplateKey is not null ? OfTemplate
        : Newest;

    private const int Newest = 0;
    private const int ByReference = 1;
    private const int OfStatus = 2;
    private const int OfBatch = 3;
    private const int OfUser = 4;
    private const int OfTemplate = 5;
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
