using Npgsql;
using NotificationService.Tenants;

namespace NotificationService.Storage;

/// <summary>
/// Runs the two statements of a list. The one of a page answers one row at least: its first three columns show how many rows match, how many were
/// looked at, and where that ended; an item follows from the fourth on, which is its id, or null where there is none.
/// </summary>
internal sealed class ListStatements(Database database, string list, string count)
{
    /// <summary>One step of a page.</summary>
    public async Task<ListStepResult<T>> ReadAsync<T>(TenantId tenant, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var items = new List<T>();
        (long Hits, long LookedAt, Guid? Last) counts = default;
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, list, parameters);
        await batch.CommitAsync(
            row =>
            {
                counts = (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetGuid(2));
                if (!row.IsDBNull(3))
                    items.Add(read(row));
            },
            cancellationToken);
        return new ListStepResult<T>(items, (int)counts.Hits, (int)counts.LookedAt, counts.Last);
    }

    /// <summary>How many there are.</summary>
    public async Task<ListTotal> CountAsync(TenantId tenant, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, ListTotal> read, CancellationToken cancellationToken)
    {
        var total = new ListTotal(0, IsExact: true);
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, count, parameters);
        await batch.CommitAsync(row => total = read(row), cancellationToken);
        return total;
    }
}
