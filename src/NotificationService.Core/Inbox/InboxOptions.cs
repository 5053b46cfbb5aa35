using NotificationService.Settings;

namespace NotificationService.Inbox;

/// <summary><c>Notification:Inbox:*</c>.</summary>
public sealed class InboxOptions
{
    public const string Section = "Notification:Inbox";

    /// <summary>How long an item is kept, counted from when its notification was accepted. It does not hang on how long notifications are kept.</summary>
    [Bounds("1.00:00:00", Zero = "for ever")]
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(365);
}
