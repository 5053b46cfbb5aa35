using NotificationService.Storage;

namespace NotificationService.Notifications;

/// <summary>Where a cancelling by filter stands. Stored as a smallint: never renumber.</summary>
[SqlName("filtered_cancel")]
public enum FilteredCancelState : short
{
    Running = 1,
    Done = 2,
}

/// <summary>What is to be cancelled: everything that waits and fits all that is said. What is null does not matter.</summary>
/// <param name="Topic">Sent to it or to one below it.</param>
/// <param name="Below">The keys below the topic: from the first on, before the second.</param>
/// <param name="Template">The key.</param>
public sealed record CancelFilter(string? Topic, (string From, string Before)? Below, string? Category, string? Reference, string? Template)
{
    public override string ToString() => "a filter of notifications";
}

/// <summary>A cancelling by filter, and how far it is.</summary>
/// <param name="LookedAt">Deliveries that waited and were looked at, in all sweeps.</param>
/// <param name="Cancelled">Of them, those that were cancelled.</param>
/// <param name="EndedAt">Null while it goes on.</param>
public sealed record FilteredCancel(Guid Id, bool Live, CancelFilter Filter, long LookedAt, long Cancelled, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
{
    public override string ToString() => $"cancelling {Id}";
}
