namespace NotificationService.Deliveries;

/// <summary>
/// How long a call that is written as begun may wait for its turn without a second look at its batch. Whoever holds or cancels a batch answers
/// that much later: what was written as begun before is then being called or is not called any more.
/// </summary>
public static class BegunCalls
{
    /// <summary>A call that waited longer asks once more whether its batch was held or cancelled.</summary>
    public static readonly TimeSpan Unchecked = TimeSpan.FromMilliseconds(100);

    /// <summary>From the commit that holds or cancels a batch to its response.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(200);
}
