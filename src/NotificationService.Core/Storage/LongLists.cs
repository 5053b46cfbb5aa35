using System.Collections.Concurrent;
using NotificationService.Tenants;

namespace NotificationService.Storage;

/// <summary>
/// Remembers for ten seconds which lists have more items than a total counts, so that not every page of a long list counts
/// ten thousand index entries to say so again. At most <see cref="Capacity"/> lists.
/// </summary>
public sealed class LongLists(TimeProvider time)
{
    public const int Capacity = 1_000;
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(TenantId Tenant, object Filter), long> known = new();

    public int Count => known.Count;

    /// <summary>The total of a list that is known to be long, or what counting it gives.</summary>
    /// <param name="filter">What the list is of; a record, equal to another of the same list.</param>
    public async Task<ListTotal> TotalAsync(TenantId tenant, object filter, Func<CancellationToken, Task<ListTotal>> count, CancellationToken cancellationToken)
    {
        if (known.TryGetValue((tenant, filter), out var since) && time.GetElapsedTime(since) < Lifetime)
            return new ListTotal(PageRequest.Reach, IsExact: false);
        var total = await count(cancellationToken);
        if (total is { IsExact: false, Count: PageRequest.Reach })
            Remember((tenant, filter));
        return total;
    }

    private void Remember((TenantId, object) list)
    {
        if (known.Count >= Capacity)
            known.Clear();
        known[list] = time.GetTimestamp();
    }
}
