namespace NotificationService.Storage;

/// <summary>Which page of a list is asked for: a numbered page, or what follows a row.</summary>
/// <param name="Offset">Items of the list before this page; 0 by cursor.</param>
/// <param name="Limit">The most items of the page.</param>
/// <param name="After">The id after which the page begins, in the list's order; null for the list's beginning.</param>
/// <param name="IsNumbered">Whether a total is wanted; by cursor nothing is counted.</param>
public sealed record PageRequest(int Offset, int Limit, Guid? After, bool IsNumbered)
{
    /// <summary>Numbered pages reach that many items, and totals count no further. A cursor goes on from there.</summary>
    public const int Reach = 10_000;

    /// <summary>The most rows that a page looks at for a filter that no index answers. A page that ends there says where to go on.</summary>
    public const int ScanLimit = 200;

    /// <summary>Items to read: one more than the page shows shows that there are more.</summary>
    public int Take => Limit + 1;

    public static PageRequest ByNumber(int page, int limit) => new((int)Math.Min(int.MaxValue - 1_000, (page - 1L) * limit), limit, After: null, IsNumbered: true);

    public static PageRequest ByCursor(Guid? after, int limit) => new(0, limit, after, IsNumbered: false);
}
