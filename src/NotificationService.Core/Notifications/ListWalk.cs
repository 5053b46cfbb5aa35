using Npgsql;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>What the statements of the lists of batches and of jobs are asked, and how many there are as far as numbered pages reach.</summary>
internal sealed class ListWalk(Database database, TenantId tenant, bool? live, short? status, DateTimeOffset? since)
{
    /// <summary>Numbered pages reach that many items, and totals count no further.</summary>
    private const int Reach = 10_000;

    private static readonly bool[] Both = [true, false];

    private readonly IdRange range = IdRange.Of(since, until: null);

    public async Task<IReadOnlyList<T>> ListAsync<T>(string statement, Guid? after, int offset, int take, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var items = new List<T>(take);
        if (offset >= Reach)
            return items;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, statement, [.. Of(range.Until(after)), new NpgsqlParameter<int> { TypedValue = offset }, new NpgsqlParameter<int> { TypedValue = take }]);
        await batch.CommitAsync(row => items.Add(read(row)), cancellationToken);
        return items;
    }

    public async Task<long> CountAsync(string statement, CancellationToken cancellationToken)
    {
        var counted = 0L;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, statement, [.. Of(range), new NpgsqlParameter<int> { TypedValue = Reach + 1 }]);
        await batch.CommitAsync(row => counted = row.GetInt64(0), cancellationToken);
        return counted;
    }

    private NpgsqlParameter[] Of(IdRange ids) =>
    [
        new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
        new NpgsqlParameter<bool[]> { TypedValue = live is { } one ? [one] : Both },
        new NpgsqlParameter { Value = status ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Smallint },
        new NpgsqlParameter<Guid> { TypedValue = ids.From },
        new NpgsqlParameter<Guid> { TypedValue = ids.Before },
    ];
}
