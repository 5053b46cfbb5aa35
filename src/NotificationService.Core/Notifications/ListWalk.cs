using Npgsql;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>What the statements of the lists of batches and of jobs are asked, and how many there are as far as numbered pages reach.</summary>
internal sealed class ListWalk(Database database, TenantId tenant, bool? live, short? status, DateTimeOffset? since)
{
    private readonly IdRange range = IdRange.Of(since, until: null);

    /// <summary>A page, and for a numbered one how many there are.</summary>
    public async Task<PageResult<T>> PageAsync<T>(string list, string count, PageRequest page, Func<NpgsqlDataReader, T> read, Func<T, Guid> idOf, CancellationToken cancellationToken)
    {
        var result = PageResult.Of(await ListAsync(list, page.After, page.Offset, page.Take, read, cancellationToken), idOf, page);
        return page.IsNumbered && result.Total is null ? result.With(ListTotal.Of(await CountAsync(count, cancellationToken)), page) : result;
    }

    private async Task<IReadOnlyList<T>> ListAsync<T>(string statement, Guid? after, int offset, int take, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var items = new List<T>(take);
        if (offset >= PageRequest.Reach)
            return items;
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, statement, [.. Of(range.Until(after)), Parameter.Number(offset), Parameter.Number(take)]);
        await batch.CommitAsync(row => items.Add(read(row)), cancellationToken);
        return items;
    }

    private async Task<long> CountAsync(string statement, CancellationToken cancellationToken)
    {
        var counted = 0L;
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, statement, [.. Of(range), Parameter.Number(PageRequest.Reach + 1)]);
        await batch.CommitAsync(row => counted = row.GetInt64(0), cancellationToken);
        return counted;
    }

    private NpgsqlParameter[] Of(IdRange ids) =>
    [
        Parameter.Id(tenant.Value),
        Parameter.Modes(live),
        Parameter.Small(status),
        Parameter.Id(ids.From),
        Parameter.Id(ids.Before),
    ];
}
