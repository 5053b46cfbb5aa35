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
    /// <summary>Which index is walked: of those that fit the one with the fewest rows, as a rule.</summary>
    internal NotificationWalk Walk =>
        Batch is not null ? NotificationWalk.Batch
        : Reference is not null ? NotificationWalk.Reference
        : UserId is not null ? NotificationWalk.User
        : Status >= DeliveryStatus.Suppressed ? NotificationWalk.Ended
        : TemplateKey is not null ? NotificationWalk.Template
        : NotificationWalk.Newest;

    /// <summary>Whether every row of the index is wanted.</summary>
    internal bool IsExact => Walk is not NotificationWalk.Ended && IsOfIndex;

    /// <summary>Whether the index has everything that is asked, so that it alone shows how many there are.</summary>
    internal bool IsOfIndex => this == Walk switch
    {
        NotificationWalk.Batch => Bounds with { Batch = Batch, Live = null },
        NotificationWalk.Reference => Bounds with { Reference = Reference },
        NotificationWalk.User => Bounds with { UserId = UserId },
        NotificationWalk.Ended => Bounds with { Status = Status, Channel = Channel },
        NotificationWalk.Template => Bounds with { TemplateKey = TemplateKey },
        _ => Bounds,
    };

    /// <summary>The most rows of the index that one page looks at.</summary>
    internal int ScanLimit => IsOfIndex ? PageRequest.Reach : PageRequest.ScanLimit;

    private NotificationFilter Bounds => new(Since: Since, Until: Until, Live: Live);
}

/// <summary>The indexes that lists of notifications walk.</summary>
internal enum NotificationWalk
{
    Newest,
    Reference,
    User,
    Template,
    Batch,

    /// <summary>Deliveries that ended badly.</summary>
    Ended,
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
