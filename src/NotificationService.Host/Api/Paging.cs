namespace NotificationService.Host.Api;

/// <summary>Which part of a list is asked for: a numbered page, or what follows a position.</summary>
/// <param name="Page">The number of the page, from 1; without meaning by cursor.</param>
/// <param name="Limit">The most items to answer.</param>
/// <param name="After">The id after which the page begins, in the list's order; null for its beginning.</param>
/// <param name="ByCursor">Whether the caller walks by cursor, so that nothing need be counted.</param>
public sealed record Paging(int Page, int Limit, Guid? After, bool ByCursor)
{
    public int Offset => (Page - 1) * Limit;

    /// <summary>A page by number.</summary>
    public Page<T> Numbered<T>(IReadOnlyList<T> items, long total, string? nextCursor = null) =>
        new(items, Pagination.Of(Page, Limit, total), nextCursor);

    /// <summary>A page by number of a list that can be walked by cursor from there. Items and total were read one after the other: there may be more by now than was shown.</summary>
    /// <param name="most">Where numbered pages end; of a total beyond it only the cursor tells.</param>
    public Page<T> Numbered<T>(IReadOnlyList<T> items, long total, Func<T, Guid> idOf, string cursorScope, long most = long.MaxValue) =>
        Numbered(items, Math.Min(total, most), items.Count > 0 && Offset + items.Count < total ? ListCursor.Write(idOf(items[^1]), cursorScope) : null);

    /// <summary>A page by cursor, of up to one item more than asked for: the one too many tells that there are more.</summary>
    public Page<T> Following<T>(IReadOnlyList<T> items, Func<T, Guid> idOf, string cursorScope)
    {
        if (items.Count <= Limit)
            return new Page<T>(items, Pagination: null, NextCursor: null);
        var shown = items.Take(Limit).ToList();
        return new Page<T>(shown, Pagination: null, ListCursor.Write(idOf(shown[^1]), cursorScope));
    }
}
