namespace NotificationService.Deliveries;

/// <summary>
/// A lease as its holder may count on it: begun by the monotonic clock before the statement that asked for it was sent,
/// so that it never seems longer here than it is in the database. A wall clock that jumps changes nothing.
/// </summary>
/// <param name="id">The fencing token: what its holder writes counts only where the row carries it.</param>
/// <param name="asked">The monotonic time when the lease was asked for.</param>
/// <param name="grantedAt">The database's time when it was granted.</param>
/// <param name="length">How long it lasts.</param>
public sealed class Lease(Guid id, TimeProvider time, long asked, DateTimeOffset grantedAt, TimeSpan length)
{
    /// <summary>Of one claim: all that it took share it, and no other claim ever has it.</summary>
    public Guid Id { get; } = id;

    /// <summary>What is left of it.</summary>
    public TimeSpan Left => length - time.GetElapsedTime(asked);

    /// <summary>The database's time, kept by our monotonic clock: nodes whose clocks differ agree on it.</summary>
    public DateTimeOffset Now => grantedAt + time.GetElapsedTime(asked);
}
