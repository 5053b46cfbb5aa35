using System.Text.Json;
using Npgsql;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Batches;

/// <summary>Looks at batches and closes them.</summary>
public sealed class BatchStore(Database database, IdempotentWork work, TimeProvider time)
{
    private static readonly string Find = SqlText.Statement("batches_find");
    private static readonly string Shared = SqlText.Statement("batches_shared");
    private static readonly string Close = SqlText.Statement("batches_close");
    private static readonly string Settle = SqlText.Statement("batches_settle");

    public async Task<Batch?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        Batch? found = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Find, Id(tenant.Value), Id(id));
        await batch.CommitAsync(row => found = Read(id, row), cancellationToken);
        return found;
    }

    /// <summary>As it stands in a transaction that is somebody else's.</summary>
    public static async Task<Batch?> FindAsync(NpgsqlConnection connection, TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        Batch? found = null;
        await using var batch = TenantBatch.Within(connection);
        batch.Add(tenant, Find, Id(tenant.Value), Id(id));
        await batch.RunAsync((row, _) => found = Read(id, row), cancellationToken);
        return found;
    }

    /// <summary>What stands once for all items of a batch, JSON in UTF-8, or empty; null when there is no such batch.</summary>
    public async Task<ReadOnlyMemory<byte>?> SharedAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? found = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Shared, Id(tenant.Value), Id(id));
        await batch.CommitAsync(row => found = row.IsDBNull(0) ? ReadOnlyMemory<byte>.Empty : row.GetFieldValue<byte[]>(0), cancellationToken);
        return found;
    }

    /// <summary>Takes no more chunks. Waits for those that are being stored. False: it was closed before, or has ended.</summary>
    public async Task<bool?> CloseAsync(TenantId tenant, Guid id, BatchState state, CancellationToken cancellationToken)
    {
        bool? changed = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        AddClose(batch, tenant, id, state);
        await batch.CommitAsync(
            row =>
            {
                if (row.FieldCount == 2)
                    changed = row.GetBoolean(1);
            },
            cancellationToken);
        return changed;
    }

    /// <summary>The same, once under a caller's key. Refused: there is no such batch, or it is too late to cancel it.</summary>
    /// <param name="response">What is answered to the batch as it stands then: JSON in UTF-8.</param>
    public Task<IdempotentOutcome<Batch?>> CloseAsync(
        TenantId tenant, Guid id, BatchState state, IdempotentRequest? idempotent, Func<Batch, byte[]> response, CancellationToken cancellationToken) => work.RunAsync<Batch?>(
        tenant, idempotent, 200,
        async connection =>
        {
            var isThere = false;
            await using (var batch = TenantBatch.Within(connection))
            {
                AddClose(batch, tenant, id, state);
                await batch.RunAsync((_, statement) => isThere |= statement == 0, cancellationToken);
            }

            if (!isThere || await FindAsync(connection, tenant, id, cancellationToken) is not { } found)
                return (null, null);
            return (found, state == BatchState.Cancelled && found.State != BatchState.Cancelled ? null : response(found));
        },
        cancellationToken);

    private void AddClose(TenantBatch batch, TenantId tenant, Guid id, BatchState state)
    {
        batch.Add(tenant, Close, Id(tenant.Value), Id(id), new NpgsqlParameter<short> { TypedValue = (short)state }, new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() });
        if (state == BatchState.Cancelled)
            batch.Add(tenant, Settle, Id(id));
    }

    internal static Batch Read(Guid id, NpgsqlDataReader row)
    {
        var counts = new Dictionary<DeliveryStatus, long>();
        var said = new Dictionary<BatchTally, long>();
        if (!row.IsDBNull(8))
        {
            using var json = JsonDocument.Parse(row.GetString(8));
            foreach (var count in json.RootElement.EnumerateObject())
            {
                var status = short.Parse(count.Name, System.Globalization.CultureInfo.InvariantCulture);
                if (status > 0)
                    counts[(DeliveryStatus)status] = count.Value.GetInt64();
                else
                    said[(BatchTally)status] = count.Value.GetInt64();
            }
        }

        return new Batch(
            id,
            (BatchState)row.GetInt16(0),
            row.GetBoolean(1),
            row.IsDBNull(2) ? null : row.GetString(2),
            row.GetFieldValue<DateTimeOffset>(3),
            row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4),
            row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5),
            (int)said.GetValueOrDefault(BatchTally.Chunks),
            said.GetValueOrDefault(BatchTally.Accepted),
            said.GetValueOrDefault(BatchTally.Rejected),
            said.GetValueOrDefault(BatchTally.Repeated),
            counts,
            said.GetValueOrDefault(BatchTally.Pending),
            row.IsDBNull(6) ? null : row.GetDouble(6),
            row.IsDBNull(7) ? null : row.GetDouble(7));
    }

    private static NpgsqlParameter<Guid> Id(Guid id) => new() { TypedValue = id };
}
