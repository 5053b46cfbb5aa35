namespace NotificationService.Notifications;

/// <summary>What came of work that is done once under a caller's key.</summary>
/// <typeparam name="T">What the work itself says.</typeparam>
public abstract record IdempotentOutcome<T>
{
    private IdempotentOutcome()
    {
    }

    /// <summary>It is committed. The response is JSON in UTF-8.</summary>
    public sealed record Done(T Result, byte[] Response) : IdempotentOutcome<T>;

    /// <summary>It could not be done: nothing is changed, and the key is as free as before.</summary>
    public sealed record Refused(T Result) : IdempotentOutcome<T>;

    /// <summary>The same request was answered before under this key.</summary>
    public sealed record Replayed(StoredResponse Before) : IdempotentOutcome<T>;

    /// <summary>The key was used before for another request.</summary>
    public sealed record KeyMismatch : IdempotentOutcome<T>;
}
