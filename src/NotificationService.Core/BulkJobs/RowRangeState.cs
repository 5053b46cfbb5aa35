using NotificationService.Storage;

namespace NotificationService.BulkJobs;

/// <summary>Where a range of a file's rows stands. Stored as a smallint: never renumber.</summary>
[SqlName("range")]
public enum RowRangeState : short
{
    Staged = 0,

    /// <summary>Every row was looked at; nothing of it is queued.</summary>
    Checked = 1,

    /// <summary>Every good row is a notification.</summary>
    Queued = 2,
}
