using System.Security.Cryptography;

namespace NotificationService.Inbox;

/// <summary>What is to become of one item. What is null stays as it is; whatever is decided ends a snooze.</summary>
/// <param name="Id">The item.</param>
public sealed record InboxChange(Guid Id)
{
    /// <summary>Read, or unread.</summary>
    public Decision? Read { get; init; }

    /// <summary>Archived, or back in the inbox.</summary>
    public Decision? Archived { get; init; }

    /// <summary>Put off until that time.</summary>
    public DateTimeOffset? SnoozedUntil { get; init; }

    public bool Deleted { get; init; }

    /// <summary>Its snooze has ended.</summary>
    internal bool Returns { get; init; }

    /// <summary>Being read is reported once of an item: the same hash each time.</summary>
    internal byte[] ReceiptHash => SHA256.HashData([.. "inbox read "u8, .. Id.ToByteArray(bigEndian: true)]);
}

/// <summary>A decision of the user about an item.</summary>
/// <param name="Is">What it is to be.</param>
/// <param name="At">When the user made it, by the clock of the user's device; null for now. Of two the later one counts, and none is later than now.</param>
public sealed record Decision(bool Is, DateTimeOffset? At = null);

/// <summary>What became of changes.</summary>
/// <param name="Items">The items that there are, in the order of the changes.</param>
/// <param name="Counts">As they are then.</param>
public sealed record InboxChanged(IReadOnlyList<ChangedItem> Items, InboxCounts Counts);

/// <param name="Item">As it is now.</param>
/// <param name="IsChanged">Whether it was something else before.</param>
/// <param name="IsApplied">False: a decision that was made later stands.</param>
public readonly record struct ChangedItem(InboxItem Item, bool IsChanged, bool IsApplied);

/// <summary>What changed in an inbox since a version.</summary>
/// <param name="Items">In the order of the changes, as they are now; those that were deleted too.</param>
/// <param name="Counts">As they are now.</param>
/// <param name="Cursor">The version after which to go on.</param>
/// <param name="HasMore">Whether more changed.</param>
/// <param name="Reset">It is no longer known what was deleted since: whoever asks is to forget what it has and begin anew, and these are the first items of all.</param>
public sealed record InboxChanges(IReadOnlyList<InboxItem> Items, InboxCounts Counts, long Cursor, bool HasMore, bool Reset);
