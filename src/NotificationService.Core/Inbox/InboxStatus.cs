using NotificationService.Storage;

namespace NotificationService.Inbox;

/// <summary>Where an item stands, worked out by the database from its times. Stored as a smallint: never renumber.</summary>
[SqlName("inbox_status")]
public enum InboxStatus : short
{
    Unread = 1,
    Read = 2,
    Archived = 3,

    /// <summary>Put off until a time, when it comes back unread.</summary>
    Snoozed = 4,

    /// <summary>Without content, and only for devices that do not know yet.</summary>
    Deleted = 5,
}

public static class InboxStatuses
{
    /// <summary>As the API spells it.</summary>
    public static string ToName(this InboxStatus status) => status switch
    {
        InboxStatus.Unread => "unread",
        InboxStatus.Read => "read",
        InboxStatus.Archived => "archived",
        InboxStatus.Snoozed => "snoozed",
        InboxStatus.Deleted => "deleted",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "no such status"),
    };
}
