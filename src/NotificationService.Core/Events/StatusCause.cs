using NotificationService.Storage;

namespace NotificationService.Events;

/// <summary>
/// Why a statement or a trigger changed a delivery's status by itself, in the timeline's facts. The function <c>chain_goes_on</c> has the numbers
/// written out: never renumber.
/// </summary>
[SqlName("cause")]
public enum StatusCause : short
{
    /// <summary>By the caller.</summary>
    Cancelled = 1,

    /// <summary>With its batch.</summary>
    BatchCancelled = 2,

    /// <summary>Another channel of its chain has reached the recipient.</summary>
    NotNeeded = 3,

    /// <summary>The channel before it in the chain ended without success.</summary>
    Fallback = 4,

    /// <summary>Put back by hand.</summary>
    Retried = 5,

    /// <summary>Put back by hand with its chain, and waits for those before it.</summary>
    RetriedBehind = 6,

    /// <summary>Who was to receive it was erased.</summary>
    RecipientErased = 7,
}
