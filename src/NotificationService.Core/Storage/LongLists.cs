using System.Collections.Concurrent;
using NotificationService.Tenants;

namespace NotificationService.Storage;

/// <summary>
/// Remembers for ten seconds what was counted of lists that are longer than a total counts, so that not every page of one counts
/// ten thousand index entries again. At most <see cref="Capacity"/> lists.
/// </summary>
public sealed class LongLists(TimeProvider time)
{
    public const int Capacity = 1_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(TenantId Tenant, object Filter), (ListTotal Total, long At)> known = new();

    public int Count => known.Count;

    /// <summary>The total of a list that is known to be long, or what counting it gives.</summary>
    /// <param name="filter">What the list is of; a record, equal to another of the same list.</param>
    public async Task<ListTotal> TotalAsync(TenantId tenant, object filter, Func<CancellationToken, Task<ListTotal>> count, CancellationToken cancellationToken)
    {
        if (known.TryGetValue((tenant, filter), out var last) && time.GetElapsedTime(last.At) < Lifetime)
            return last.Total;
        var total = await count(cancellationToken);
        if (total.IsOfLongList)
            Remember((tenant, filter), total);
        return total;
    }

    private void Remember((TenantId, object) list, ListTotal total)
    {
        if (known.Count >= Capacity)
            known.Clear();
        known[list] = (total, time.GetTimestamp());
    }
}
