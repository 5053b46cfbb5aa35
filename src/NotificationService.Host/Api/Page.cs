namespace NotificationService.Host.Api;

/// <summary>One page of a list.</summary>
/// <param name="Items">The items of this page.</param>
/// <param name="Pagination">Where this page stands in the whole; absent for a page by cursor, for which nothing is counted.</param>
/// <param name="NextCursor">Gives the next page when passed as <c>?cursor=</c>; absent on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, Pagination? Pagination, string? NextCursor);

/// <summary>Where a numbered page stands in the whole list.</summary>
/// <param name="Page">The number of this page, from 1.</param>
/// <param name="Limit">The most items of a page.</param>
/// <param name="Total">How many items there are in all.</param>
/// <param name="TotalPages">How many pages there are in all.</param>
/// <param name="HasNext">Whether a page follows.</param>
/// <param name="HasPrev">Whether a page precedes.</param>
public sealed record Pagination(int Page, int Limit, long Total, int TotalPages, bool HasNext, bool HasPrev)
{
    public static Pagination Of(int page, int limit, long total)
    {
        var pages = (int)Math.Min(int.MaxValue, (total + limit - 1) / limit);
        return new Pagination(page, limit, total, pages, HasNext: page < pages, HasPrev: page > 1 && pages > 0);
    }
}
