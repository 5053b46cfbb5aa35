using NotificationService.Storage;

namespace NotificationService.Batches;

/// <summary>Where a batch stands, as lists are asked for it. The index <c>batches_by_status</c> numbers it so: never renumber.</summary>
[SqlName("batch_status")]
public enum BatchStatus : short
{
    Open = 1,

    /// <summary>Complete, and something still waits.</summary>
    Processing = 2,

    Cancelled = 3,

    /// <summary>Complete, and nothing waits any more.</summary>
    Completed = 4,
}
