using NotificationService.Settings;

namespace NotificationService.Batches;

/// <summary><c>Notification:Batches:*</c>: how calls with many items may come.</summary>
public sealed class BatchOptions
{
    public const string Section = "Notification:Batches";

    /// <summary>How long the body of a call may take to arrive.</summary>
    [Bounds("00:00:01", "01:00:00")]
    public TimeSpan LongestUpload { get; init; } = TimeSpan.FromSeconds(60);
}
