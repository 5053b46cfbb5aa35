using NotificationService.BulkJobs;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.BulkJobs;

/// <summary>Reads a part of a job's rows, in the order of the file.</summary>
/// <param name="jobs">Where they are.</param>
/// <param name="job">Whose they are.</param>
/// <param name="tenant">Whose that is.</param>
/// <param name="status">Only rows of this status; null for all.</param>
internal sealed class BulkItemsWalk(BulkJobStore jobs, BulkJob job, TenantId tenant, string? status)
{
    /// <summary>Rows that a page of one status looks at. Where such rows are rare it may be short or empty and still go on.</summary>
    private const int MaxRows = 2_000;

    /// <summary>How many there are in all; null where that is not known.</summary>
    public long? Total { get; private set; }

    /// <summary>Where the rest begins; null at the end.</summary>
    public (int Range, int Index)? Next { get; private set; }

    public async Task<IReadOnlyList<BulkItem>> ReadAsync((int Range, int Index) from, int limit, CancellationToken cancellationToken)
    {
        var (items, looked) = (new List<BulkItem>(limit), 0);
        await foreach (var (range, index, row) in RowsAsync(from, cancellationToken))
        {
            if ((status is not null && looked++ == MaxRows) || (items.Count == limit && IsWanted(row)))
            {
                Next = (range, index);
                break;
            }

            if (IsWanted(row))
                items.Add(BulkResponses.Of(job, row));
        }

        return items;
    }

    /// <summary>A numbered page of all rows.</summary>
    public async Task<IReadOnlyList<BulkItem>> ReadFromAsync(int offset, int limit, CancellationToken cancellationToken)
    {
        var (total, place) = await jobs.RowAtAsync(tenant, job.Id, offset, cancellationToken);
        Total = total;
        return place is { } from ? await ReadAsync(from, limit, cancellationToken) : [];
    }

    /// <summary>A numbered page of the rows of a status, among the first rows.</summary>
    public async Task<IReadOnlyList<BulkItem>> ReadOfStatusAsync(int offset, int limit, CancellationToken cancellationToken)
    {
        var (items, found, looked) = (new List<BulkItem>(limit), 0, 0);
        await foreach (var (range, index, row) in RowsAsync((0, 0), cancellationToken))
        {
            if (looked++ == MaxRows || (items.Count == limit && IsWanted(row)))
            {
                Next = (range, index);
                return items;
            }

            if (IsWanted(row) && ++found > offset)
                items.Add(BulkResponses.Of(job, row));
        }

        Total = found;
        return items;
    }

    private bool IsWanted(RowResult row) => status is null || row.Outcome == status;

    private async IAsyncEnumerable<(int Range, int Index, RowResult Row)> RowsAsync(
        (int Range, int Index) from, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (current, index) = (-1, -1);
        await foreach (var (range, row) in jobs.ResultsAsync(tenant, job.Id, from.Range, cancellationToken))
        {
            (current, index) = (range, range == current ? index + 1 : 0);
            if (range > from.Range || index >= from.Index)
                yield return (range, index, row);
        }
    }
}
