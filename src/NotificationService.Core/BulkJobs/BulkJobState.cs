using NotificationService.Storage;

namespace NotificationService.BulkJobs;

/// <summary>Where a bulk job stands. Stored as a smallint: never renumber.</summary>
[SqlName("job")]
[SqlSet("working", BulkJobState.Checking, BulkJobState.Running)]
[SqlSet("unended", BulkJobState.Uploading, BulkJobState.Checking, BulkJobState.Running, BulkJobState.Paused)]
[SqlSet("ended", BulkJobState.Done, BulkJobState.Failed, BulkJobState.Cancelled, BulkJobState.Checked)]
public enum BulkJobState : short
{
    Uploading = 1,

    /// <summary>Every row is looked at; nothing has been sent.</summary>
    Checking = 2,

    /// <summary>Rows become notifications.</summary>
    Running = 3,

    Paused = 4,

    /// <summary>Every good row is a notification.</summary>
    Done = 5,

    /// <summary>Nothing was sent: the upload stopped, or a row of all-or-nothing was bad.</summary>
    Failed = 6,

    Cancelled = 7,

    /// <summary>A dry run is over.</summary>
    Checked = 8,
}

public static class BulkJobStates
{
    public static string ToName(this BulkJobState state) => state switch
    {
        BulkJobState.Uploading => "uploading",
        BulkJobState.Checking => "checking",
        BulkJobState.Running => "running",
        BulkJobState.Paused => "paused",
        BulkJobState.Done => "completed",
        BulkJobState.Failed => "failed",
        BulkJobState.Cancelled => "cancelled",
        BulkJobState.Checked => "checked",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no such state"),
    };
}

/// <summary>What becomes of a file with bad rows. Stored as a smallint: never renumber.</summary>
[SqlName("bulk_mode")]
public enum BulkMode : short
{
    SkipBadRows = 1,
    AllOrNothing = 2,
}
