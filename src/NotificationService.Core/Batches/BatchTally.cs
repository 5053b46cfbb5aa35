using NotificationService.Storage;

namespace NotificationService.Batches;

/// <summary>What is counted of a batch beside the statuses of its deliveries, in the same column: never renumber.</summary>
[SqlName("tally")]
public enum BatchTally : short
{
    /// <summary>Deliveries that have no status yet that is counted: scheduled, queued, sending.</summary>
    Pending = 0,
    Chunks = -1,
    Accepted = -2,
    Rejected = -3,

    /// <summary>Items whose key was there before.</summary>
    Repeated = -4,
}
