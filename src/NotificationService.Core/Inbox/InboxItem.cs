using NotificationService.Tenants;

namespace NotificationService.Inbox;

/// <summary>Whose inbox it is: a person of a tenant.</summary>
/// <param name="UserId">As the tenant names the person.</param>
public readonly record struct InboxUserId(TenantId Tenant, string UserId)
{
    public override string ToString() => $"a user of {Tenant}";
}

/// <summary>An item as its user sees it.</summary>
/// <param name="Id">That of its delivery.</param>
/// <param name="Version">Of its last change; the versions of a user only grow.</param>
/// <param name="Priority">As the notification had it: 0 critical to 3 low.</param>
/// <param name="Seen">Whether the user had the inbox open since it came.</param>
/// <param name="Actions">Its buttons: JSON in UTF-8, or null.</param>
/// <param name="Data">The metadata of its notification: JSON in UTF-8, or null.</param>
public sealed record InboxItem(
    Guid Id,
    long Version,
    InboxStatus Status,
    string Title,
    string Body,
    string? Category,
    short Priority,
    bool Seen,
    string? ActionUrl,
    byte[]? Actions,
    byte[]? Data,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ReadAt,
    DateTimeOffset? ArchivedAt,
    DateTimeOffset? SnoozedUntil)
{
    /// <summary>When it came, or came back from a snooze: the list is in this order.</summary>
    public DateTimeOffset ArrivedAt { get; init; }

    /// <summary>Nothing has become of it since it came, or came back from a snooze.</summary>
    public bool HasJustArrived { get; init; }

    /// <summary>What stands in an inbox stays out of logs and exceptions.</summary>
    public override string ToString() => $"inbox item {Id}";
}

/// <summary>How many items wait, and the version of the user's last change: of two answers the one with the higher version counts.</summary>
/// <param name="Unread">Neither read nor archived, snoozed or deleted.</param>
/// <param name="Unseen">The unread ones that came since the inbox was last open.</param>
public readonly record struct InboxCounts(long Unread, long Unseen, long Version);

/// <summary>An item that is about to arrive: what a delivery leaves in the inbox.</summary>
/// <param name="UserId">Whose inbox it is.</param>
/// <param name="Actions">JSON, or null.</param>
/// <param name="Data">JSON, or null.</param>
public sealed record ArrivingItem(string UserId, string Title, string Body, string? ActionUrl, string? Actions, string? Category, string? Data)
{
    public override string ToString() => "an arriving inbox item";
}
