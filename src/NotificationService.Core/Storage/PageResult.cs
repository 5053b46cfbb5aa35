namespace NotificationService.Storage;

/// <summary>One page of a list.</summary>
/// <param name="Items">At most as many as were asked for.</param>
/// <param name="HasMore">Whether an item follows that a numbered page reaches.</param>
/// <param name="Next">The id after which a cursor goes on; null at the end of the list.</param>
/// <param name="Total">How many items there are; null where that is not known.</param>
public sealed record PageResult<T>(IReadOnlyList<T> Items, bool HasMore, Guid? Next, ListTotal? Total)
{
    /// <summary>The page with the total that was counted. Rows were read before they were counted: there are at least as many as were seen.</summary>
    public PageResult<T> With(ListTotal total, PageRequest request)
    {
        var seen = Items.Count > 0 ? request.Offset + Items.Count + (Next is null ? 0 : 1) : 0;
        return this with { Total = total.Count >= seen ? total : total with { Count = Math.Min(seen, PageRequest.Reach) } };
    }
}

/// <summary>Makes pages.</summary>
public static class PageResult
{
    /// <summary>
    /// A page from what was read: up to one item more than it shows. A numbered page that came to the end of the list knows
    /// the total without counting; any other takes it from <see cref="PageResult{T}.With"/>.
    /// </summary>
    /// <param name="stoppedAt">The last row that was looked at, where the page stopped at <see cref="PageRequest.ScanLimit"/>; null where it did not.</param>
    public static PageResult<T> Of<T>(IReadOnlyList<T> read, Func<T, Guid> idOf, PageRequest request, Guid? stoppedAt = null)
    {
        if (read.Count > request.Limit)
        {
            IReadOnlyList<T> shown = [.. read.Take(request.Limit)];
            return new PageResult<T>(shown, request.Offset + request.Limit < PageRequest.Reach, idOf(shown[^1]), Total: null);
        }

        var ended = request.IsNumbered && stoppedAt is null && (read.Count > 0 || request.Offset == 0);
        return new PageResult<T>(read, HasMore: false, stoppedAt, ended ? ListTotal.Of(request.Offset + read.Count) : null);
    }
}

/// <summary>How many items a list has.</summary>
/// <param name="Count">At most <see cref="PageRequest.Reach"/>.</param>
/// <param name="IsExact">False if there are at least that many.</param>
public sealed record ListTotal(int Count, bool IsExact)
{
    /// <summary>From a count that stopped one above <see cref="PageRequest.Reach"/> at the latest.</summary>
    public static ListTotal Of(long counted) => Of(counted, counted);

    /// <summary>From the entries of an index that were looked at, one above <see cref="PageRequest.Reach"/> at the latest, and how many of them are items.</summary>
    public static ListTotal Of(long looked, long matching) =>
        new((int)Math.Min(matching, PageRequest.Reach), looked <= PageRequest.Reach) { IsOfLongList = looked > PageRequest.Reach };

    /// <summary>Whether the count stopped before the list's end.</summary>
    internal bool IsOfLongList { get; init; }
}
