using NotificationService.Storage;

namespace NotificationService.Host.Http.Lists;

/// <summary>Which part of a list is asked for: a numbered page, or what follows a position.</summary>
/// <param name="Page">The number of the page, from 1; without meaning by cursor.</param>
/// <param name="Limit">The most items to answer.</param>
/// <param name="After">The id after which the page begins, in the list's order; null for its beginning.</param>
/// <param name="ByCursor">Whether the caller walks by cursor, so that nothing need be counted.</param>
public sealed record Paging(int Page, int Limit, Guid? After, bool ByCursor)
{
    /// <summary>What the list is asked.</summary>
    public PageRequest Request => ByCursor ? PageRequest.ByCursor(After, Limit) : PageRequest.ByNumber(Page, Limit);

    public int Offset => Request.Offset;

    /// <summary>The page as it is answered.</summary>
    /// <param name="cursorScope">What <see cref="QueryReader.Paging"/> was given; null for a list without a cursor.</param>
    public Page<TResponse> Respond<T, TResponse>(PageResult<T> result, Func<T, TResponse> response, string? cursorScope = null) => new(
        [.. result.Items.Select(response)],
        ByCursor ? null : Pagination.Of(Page, Limit, result.HasMore, result.Total),
        cursorScope is not null && result.Next is { } next ? ListCursor.Write(next, cursorScope) : null);

    /// <summary>A page of a list that is short enough to be counted whole.</summary>
    public Page<T> Numbered<T>(IReadOnlyList<T> items, long total) => Numbered(items, ListTotal.Of(total));

    /// <summary>A page of a list of which that many were counted.</summary>
    public Page<T> Numbered<T>(IReadOnlyList<T> items, ListTotal total) =>
        new(items, Pagination.Of(Page, Limit, Offset + Limit < total.Count, total));
}
