using System.Text.Json.Serialization;
using NotificationService.Storage;

namespace NotificationService.Host.Http.Lists;

/// <summary>One page of a list.</summary>
/// <param name="Items">The items of this page.</param>
/// <param name="Pagination">Where a numbered page stands in the list; absent for a page by cursor.</param>
/// <param name="NextCursor">Gives what follows when passed as <c>?cursor=</c>, even after a page that is short or empty; absent at the end of the list.</param>
public sealed record Page<T>(
    IReadOnlyList<T> Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Pagination? Pagination = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? NextCursor = null);

/// <summary>Where a numbered page stands in the list.</summary>
/// <param name="Page">The number of this page, from 1.</param>
/// <param name="Limit">The most items of a page.</param>
/// <param name="HasNext">Whether the next number has items.</param>
/// <param name="HasPrev">Whether a page precedes.</param>
/// <param name="Total">How many items there are, at most 10,000; absent where no index counts what was asked for.</param>
/// <param name="TotalIsExact">False if there are at least that many; absent without a total.</param>
/// <param name="TotalPages">How many pages the total makes; absent without a total.</param>
public sealed record Pagination(
    int Page,
    int Limit,
    bool HasNext,
    bool HasPrev,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Total = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? TotalIsExact = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? TotalPages = null)
{
    public static Pagination Of(int page, int limit, bool hasNext, ListTotal? total) =>
        new(page, limit, hasNext, page > 1, total?.Count, total?.IsExact, (total?.Count + limit - 1) / limit);
}
