using Npgsql;
using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Recipients;

/// <summary>Lists the suppressions that count now, by channel and reason; those of one address are looked up by <see cref="SuppressionList"/>.</summary>
public sealed class SuppressionQueries(Database database, LongLists longLists, TimeProvider time)
{
    private static readonly string List = SqlText.Statement("suppressions_list");
    private static readonly string Count = SqlText.Statement("suppressions_count");

    /// <summary>The newest first.</summary>
    public async Task<PageResult<Suppression>> ListAsync(TenantId tenant, ChannelKind? channel, SuppressionReason? reason, PageRequest page, CancellationToken cancellationToken)
    {
        // The index has all that is asked.
        var result = await ListScan.ReadAsync<Suppression>(
            page, row => row.Id, isExact: false, PageRequest.Reach, step => ReadAsync(tenant, channel, reason, step, cancellationToken));
        return page.IsNumbered && result.Total is null
            ? result.With(await longLists.TotalAsync(tenant, (nameof(Suppression), channel, reason), token => CountAsync(tenant, channel, reason, token), cancellationToken), page)
            : result;
    }

    private async Task<ListStepResult<Suppression>> ReadAsync(TenantId tenant, ChannelKind? channel, SuppressionReason? reason, ListStep step, CancellationToken cancellationToken)
    {
        var rows = new List<Suppression>();
        (long Hits, long LookedAt, Guid? Last) counts = default;
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(
            tenant, List, Parameter.Id(tenant.Value), Parameter.Before(step.After), Parameter.Number(step.Rows), new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() },
            Parameter.Small((short?)channel), Parameter.Small((short?)reason), Parameter.Number(step.Offset), Parameter.Number(step.Take));
        await batch.CommitAsync(
            row =>
            {
                counts = (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetGuid(2));
                if (!row.IsDBNull(3))
                    rows.Add(Read(tenant, row));
            },
            cancellationToken);
        return new ListStepResult<Suppression>(rows, (int)counts.Hits, (int)counts.LookedAt, counts.Last);
    }

    private async Task<ListTotal> CountAsync(TenantId tenant, ChannelKind? channel, SuppressionReason? reason, CancellationToken cancellationToken)
    {
        var total = new ListTotal(0, IsExact: true);
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(
            tenant, Count, Parameter.Id(tenant.Value), Parameter.Number(PageRequest.Reach + 1), new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() },
            Parameter.Small((short?)channel), Parameter.Small((short?)reason));
        await batch.CommitAsync(
            row => total = new ListTotal((int)Math.Min(row.GetInt64(1), PageRequest.Reach), row.GetInt64(0) <= PageRequest.Reach), cancellationToken);
        return total;
    }

    private static Suppression Read(TenantId tenant, NpgsqlDataReader row) => new()
    {
        TenantId = tenant,
        Id = row.GetGuid(3),
        Channel = (ChannelKind)row.GetInt16(4),
        Address = row.GetString(5),
        Reason = (SuppressionReason)row.GetInt16(6),
        ProviderId = row.IsDBNull(7) ? null : row.GetGuid(7),
        DeliveryId = row.IsDBNull(8) ? null : row.GetGuid(8),
        Code = row.IsDBNull(9) ? null : row.GetString(9),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(10),
        ExpiresAt = row.IsDBNull(11) ? null : row.GetFieldValue<DateTimeOffset>(11),
    };
}
