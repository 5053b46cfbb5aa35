using System.Text.Json;
using NotificationService.Deliveries;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Batches;

/// <summary>Looks at batches and closes them.</summary>
public sealed class BatchStore(Database database, IdempotentWork work, TimeProvider time)
{
    private static readonly Statement Find = Statement.Load("batches_find");
    private static readonly Statement Shared = Statement.Load("batches_shared");
    private static readonly Column SharedPart = Shared.Column("shared");
    private static readonly Statement Close = Statement.Load("batches_close");
    private static readonly Column Changed = Close.Column("changed");
    private static readonly Statement Settle = Statement.Load("batches_settle");

    public async Task<Batch?> FindAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        Batch? found = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Find.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id)));
        await batch.CommitAsync(row => found = Read(id, row), cancellationToken);
        return found;
    }

    /// <summary>As it stands in a transaction that is somebody else's.</summary>
    public static async Task<Batch?> FindAsync(NpgsqlConnection connection, TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        Batch? found = null;
        await using var batch = TenantBatch.Within(connection);
        batch.Add(tenant, Find.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id)));
        await batch.RunAsync((row, _) => found = Read(id, row), cancellationToken);
        return found;
    }

    /// <summary>What stands once for all items of a batch, JSON in UTF-8, or empty; null when there is no such batch.</summary>
    public async Task<ReadOnlyMemory<byte>?> SharedAsync(TenantId tenant, Guid id, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? found = null;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, Shared.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id)));
        await batch.CommitAsync(row => found = row.IsDBNull(SharedPart) ? ReadOnlyMemory<byte>.Empty : row.GetFieldValue<byte[]>(SharedPart), cancellationToken);
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
                if (Changed.IsIn(row))
                    changed = row.GetBoolean(Changed);
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
        batch.Add(
            tenant,
            Close.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("id", id), Parameter.Of("state", (short)state), Parameter.Of("now", time.GetUtcNow())));
        if (state == BatchState.Cancelled)
            batch.Add(tenant, Settle.With(Parameter.Of("batch", id)));
    }

    internal static Batch Read(Guid id, NpgsqlDataReader row)
    {
        var counts = new Dictionary<DeliveryStatus, long>();
        var said = new Dictionary<BatchTally, long>();
        if (!row.IsDBNull(Columns.Counts))
        {
            using var json = JsonDocument.Parse(row.GetString(Columns.Counts));
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
            (BatchState)row.GetInt16(Columns.State),
            row.GetBoolean(Columns.Live),
            row.GetStringOrNull(Columns.Reference),
            row.GetTime(Columns.CreatedAt),
            row.GetOrNull<DateTimeOffset>(Columns.ClosedAt),
            row.GetOrNull<DateTimeOffset>(Columns.EndedAt),
            (int)said.GetValueOrDefault(BatchTally.Chunks),
            said.GetValueOrDefault(BatchTally.Accepted),
            said.GetValueOrDefault(BatchTally.Rejected),
            said.GetValueOrDefault(BatchTally.Repeated),
            counts,
            said.GetValueOrDefault(BatchTally.Pending),
            row.GetOrNull<double>(Columns.Rate),
            row.GetOrNull<double>(Columns.Eta));
    }

    /// <summary>The same of one batch and of a list.</summary>
    private static class Columns
    {
        public static readonly Column
            State = Of("state"), Live = Of("live"), Reference = Of("reference"), CreatedAt = Of("created_at"), ClosedAt = Of("closed_at"),
            EndedAt = Of("ended_at"), Rate = Of("rate"), Eta = Of("eta"), Counts = Of("counts");

        private static Column Of(string name) => new(name, Find, BatchList.List);
    }
}
