namespace NotificationService.Storage;

/// <summary>
/// Reads a page in steps: four times as many rows as the page needs first, four times as many again if it is not full by then, until it is, the list
/// has ended or as many rows were looked at as a page may.
/// </summary>
internal static class ListScan
{
    /// <param name="page">The page that is asked for.</param>
    /// <param name="idOf">The id of an item, after which a cursor goes on.</param>
    /// <param name="isExact">Whether every row that is looked at is an item.</param>
    /// <param name="max">The most rows to look at where not.</param>
    /// <param name="read">Reads one step.</param>
    public static async Task<PageResult<T>> ReadAsync<T>(PageRequest page, Func<T, Guid> idOf, bool isExact, int max, Func<ListStep, Task<ListStepResult<T>>> read)
    {
        var items = new List<T>();
        var (after, looked, hits) = (page.After, 0, 0);
        var rows = isExact ? page.Offset + page.Take : Math.Min(max, 4 * (page.Offset + page.Take));
        while (true)
        {
            var step = await read(new ListStep(after, rows, Math.Max(0, page.Offset - hits), page.Take - items.Count));
            items.AddRange(step.Items);
            (hits, looked) = (hits + step.Hits, looked + rows);
            if (items.Count >= page.Take || step.LookedAt < rows)
                return PageResult.Of(items, idOf, page);
            if (looked >= max)
                return PageResult.Of(items, idOf, page, step.Last);
            (after, rows) = (step.Last, Math.Min(max - looked, rows * 4));
        }
    }
}

/// <summary>One step of a page.</summary>
/// <param name="After">The id after which it begins; null for the list's beginning.</param>
/// <param name="Rows">The most rows to look at.</param>
/// <param name="Offset">Items to leave out.</param>
/// <param name="Take">The most items to answer.</param>
internal readonly record struct ListStep(Guid? After, int Rows, int Offset, int Take);

/// <summary>What one step read.</summary>
/// <param name="Items">Those that match, without those left out.</param>
/// <param name="Hits">How many match, with those left out.</param>
/// <param name="LookedAt">How many rows were looked at; fewer than asked for at the end of the list.</param>
/// <param name="Last">The last of them; null if there was none.</param>
internal readonly record struct ListStepResult<T>(IReadOnlyList<T> Items, int Hits, int LookedAt, Guid? Last);

/// <summary>Makes results of steps.</summary>
internal static class ListStepResult
{
    /// <summary>Of a list whose every row is an item, which need not count them: one that is not full has come to the end.</summary>
    public static ListStepResult<T> OfExact<T>(ListStep step, IReadOnlyList<T> items) =>
        new(items, step.Offset + items.Count, items.Count < step.Take ? 0 : step.Rows, Last: null);
}
