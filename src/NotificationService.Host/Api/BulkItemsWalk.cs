using NotificationService.BulkJobs;
using NotificationService.Notifications;
using NotificationService.Tenants;

namespace NotificationService.Host.Api;

/// <summary>Reads a part of a job's rows, in the order of the file.</summary>
/// <param name="jobs">Where they are.</param>
/// <param name="job">Whose they are.</param>
/// <param name="tenant">Whose that is.</param>
/// <param name="status">Only rows of this status; null for all.</param>
internal sealed class BulkItemsWalk(BulkJobStore jobs, BulkJob job, TenantId tenant, string? status)
{
    /// <summary>Where rows of a status are rare, a part may be short or empty and still go on.</summary>
    private const int MostSlices = 20;

    /// <summary>How many there are in all. By cursor nothing is counted; of a status, as many as there are among the first <see cref="ListSlice.Window"/> rows.</summary>
    public long Total { get; private set; }

    /// <summary>Where the rest begins; null at the end.</summary>
    public (int Slice, int Index)? Next { get; private set; }

    public async Task<IReadOnlyList<BulkItem>> ReadAsync((int Slice, int Index) from, int limit, CancellationToken cancellationToken)
    {
        var items = new List<BulkItem>(limit);
        await foreach (var (slice, index, row) in RowsAsync(from, cancellationToken))
        {
            if (slice >= from.Slice + MostSlices || (items.Count == limit && IsWanted(row)))
            {
                Next = (slice, index);
                break;
            }

            if (IsWanted(row))
                items.Add(BulkAnswers.Of(job, row));
        }

        return items;
    }

    /// <summary>A numbered page of all rows.</summary>
    public async Task<IReadOnlyList<BulkItem>> ReadFromAsync(int offset, int limit, CancellationToken cancellationToken)
    {
        (Total, var place) = await jobs.RowAtAsync(tenant, job.Id, offset, cancellationToken);
        return place is { } from ? await ReadAsync(from, limit, cancellationToken) : [];
    }

    /// <summary>A numbered page of the rows of a status.</summary>
    public async Task<IReadOnlyList<BulkItem>> ReadAndCountAsync(int offset, int limit, CancellationToken cancellationToken)
    {
        var (items, looked) = (new List<BulkItem>(limit), 0);
        await foreach (var (slice, index, row) in RowsAsync((0, 0), cancellationToken))
        {
            if (looked++ == ListSlice.Window)
            {
                Next ??= (slice, index);
                break;
            }

            if (!IsWanted(row) || ++Total <= offset)
                continue;
            if (items.Count < limit)
                items.Add(BulkAnswers.Of(job, row));
            else
                Next ??= (slice, index);
        }

        return items;
    }

    private bool IsWanted(RowResult row) => status is null || row.Outcome == status;

    private async IAsyncEnumerable<(int Slice, int Index, RowResult Row)> RowsAsync(
        (int Slice, int Index) from, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (current, index) = (-1, -1);
        await foreach (var (slice, row) in jobs.ResultsAsync(tenant, job.Id, from.Slice, cancellationToken))
        {
            (current, index) = (slice, slice == current ? index + 1 : 0);
            if (slice > from.Slice || index >= from.Index)
                yield return (slice, index, row);
        }
    }
}
