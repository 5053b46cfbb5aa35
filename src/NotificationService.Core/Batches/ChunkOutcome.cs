using NotificationService.Notifications;

namespace NotificationService.Batches;

/// <summary>What came of a chunk.</summary>
public abstract record ChunkOutcome
{
    private ChunkOutcome()
    {
    }

    /// <summary>It is stored.</summary>
    /// <param name="First">The items' notifications have this id and the following ones, by their index.</param>
    /// <param name="IsReplay">It had been stored before; nothing was done now.</param>
    public sealed record Stored(NotificationId First, int Items, ChunkResult Response, bool IsReplay) : ChunkOutcome;

    /// <summary>The sequence was used for other items.</summary>
    public sealed record SequenceTaken : ChunkOutcome;

    public sealed record NotFound : ChunkOutcome;

    /// <summary>The batch takes no more.</summary>
    public sealed record Closed(BatchState State) : ChunkOutcome;

    /// <summary>A batch of test messages was given live ones, or the other way round.</summary>
    public sealed record OtherMode : ChunkOutcome;

    /// <summary>The caller's key was used meanwhile; nothing is stored.</summary>
    public sealed record KeyTaken : ChunkOutcome;
}
