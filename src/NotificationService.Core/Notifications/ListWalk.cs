using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Notifications;

/// <summary>What the statements of the lists of batches and of jobs are asked, and how many there are as far as numbered pages reach.</summary>
internal sealed class ListWalk(Database database, TenantId tenant, bool? live, short? status, DateTimeOffset? since)
{
    private readonly IdRange range = IdRange.Of(since, until: null);

    /// <summary>A page, and for a numbered one how many there are.</summary>
    /// <param name="total">The one column of the statement that counts.</param>
    public async Task<PageResult<T>> PageAsync<T>(Statement list, Column total, PageRequest page, Func<NpgsqlDataReader, T> read, Func<T, Guid> idOf, CancellationToken cancellationToken)
    {
        var result = PageResult.Of(await ListAsync(list, page.After, page.Offset, page.Take, read, cancellationToken), idOf, page);
        return page.IsNumbered && result.Total is null ? result.With(ListTotal.Of(await CountAsync(total, cancellationToken)), page) : result;
    }

    private async Task<IReadOnlyList<T>> ListAsync<T>(Statement list, Guid? after, int offset, int take, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var items = new List<T>(take);
        if (offset >= PageRequest.Reach)
            return items;
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, list.With([.. Of(range.Until(after)), Parameter.Of("offset", offset), Parameter.Of("take", take)]));
        await batch.CommitAsync(row => items.Add(read(row)), cancellationToken);
        return items;
    }

    private async Task<long> CountAsync(Column total, CancellationToken cancellationToken)
    {
        var counted = 0L;
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, total.Statements[0].With([.. Of(range), Parameter.Of("max", PageRequest.Reach + 1)]));
        await batch.CommitAsync(row => counted = row.GetInt64(total), cancellationToken);
        return counted;
    }

    private Parameter[] Of(IdRange ids) =>
    [
        Parameter.Of("tenant", tenant.Value),
        Parameter.Modes("modes", live),
        Parameter.OrNull("status", status),
        Parameter.Of("from_id", ids.From),
        Parameter.Of("before_id", ids.Before),
    ];
}
