namespace NotificationService.Inbox;

/// <summary>Which items of an inbox are asked for.</summary>
/// <param name="Status">Of one status; null for those that are neither archived nor snoozed.</param>
/// <param name="Category">Of one category; null for all.</param>
/// <param name="Before">That arrived before that time; null for all.</param>
public sealed record InboxFilter(InboxStatus? Status = null, string? Category = null, DateTimeOffset? Before = null)
{
    /// <summary>Whether there are items of the status that do not match.</summary>
    internal bool IsNarrow => Category is not null || Before is not null;
}
