using NotificationService.Storage;

namespace NotificationService.Batches;

/// <summary>Whether a batch takes more chunks. Stored as a smallint: never renumber.</summary>
[SqlName("batch")]
public enum BatchState : short
{
    Open = 1,

    /// <summary>Complete: no more chunks come, what came is delivered.</summary>
    Complete = 2,

    /// <summary>No more chunks come, and what had not begun is not sent.</summary>
    Cancelled = 3,
}
