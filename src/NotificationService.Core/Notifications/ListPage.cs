namespace NotificationService.Notifications;

/// <summary>Which part of a list is wanted.</summary>
/// <param name="Offset">Items to leave out; 0 for a walk by cursor.</param>
/// <param name="Limit">The most items.</param>
/// <param name="After">For a walk by cursor, the id after which it goes on.</param>
/// <param name="Counted">Whether the whole is counted.</param>
public sealed record ListSlice(int Offset, int Limit, Guid? After, bool Counted)
{
    /// <summary>The most rows that one page looks at. Numbered pages end there; a walk by cursor goes on from there.</summary>
    public const int Window = 10_000;
}

/// <summary>A part of a list.</summary>
/// <param name="Total">How many match, at most <see cref="ListSlice.Window"/>; without meaning where nothing was counted.</param>
/// <param name="Next">The id after which the walk goes on; null at the end.</param>
public sealed record ListPart<T>(IReadOnlyList<T> Items, long Total, Guid? Next)
{
    /// <summary>From what was read: up to one item more than asked for, how many matched and were looked at, and the last of those.</summary>
    internal static ListPart<T> Of(IReadOnlyList<T> items, Func<T, Guid> idOf, ListSlice slice, long hits, long candidates, Guid? lastLookedAt, int window)
    {
        if (items.Count > slice.Limit)
        {
            IReadOnlyList<T> shown = [.. items.Take(slice.Limit)];
            return new ListPart<T>(shown, hits, idOf(shown[^1]));
        }

        // Nothing more matches among those looked at; there may be others that nobody has looked at yet.
        return new ListPart<T>(items, hits, candidates >= window ? lastLookedAt : null);
    }
}
