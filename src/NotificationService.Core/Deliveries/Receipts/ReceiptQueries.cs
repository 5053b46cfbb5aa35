using Npgsql;
using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Deliveries.Receipts;

/// <summary>Receipts as people look at them: above all those that no delivery was found for.</summary>
public sealed class ReceiptQueries(Database database, LongLists longLists)
{
    private static readonly string List = SqlText.Statement("receipts_list");
    private static readonly string Count = SqlText.Statement("receipts_count");

    /// <summary>Those of one state, the newest first.</summary>
    public async Task<PageResult<ReceiptRow>> ListAsync(TenantId tenant, ReceiptState state, Guid? provider, PageRequest page, CancellationToken cancellationToken)
    {
        var result = await ListScan.ReadAsync<ReceiptRow>(
            page, row => row.Id, isExact: provider is null, PageRequest.ScanLimit, step => ReadAsync(tenant, state, provider, step, cancellationToken));
        return page.IsNumbered && result.Total is null && provider is null
            ? result.With(await longLists.TotalAsync(tenant, state, token => CountAsync(tenant, state, token), cancellationToken), page)
            : result;
    }

    private async Task<ListStepResult<ReceiptRow>> ReadAsync(TenantId tenant, ReceiptState state, Guid? provider, ListStep step, CancellationToken cancellationToken)
    {
        var rows = new List<ReceiptRow>();
        (long Hits, long LookedAt, Guid? Last) counts = default;
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(
            tenant, List, Parameter.Id(tenant.Value), Parameter.Small((short)state), Parameter.Before(step.After), Parameter.Number(step.Rows), Parameter.IdOrNull(provider),
            Parameter.Number(step.Offset), Parameter.Number(step.Take));
        await batch.CommitAsync(
            row =>
            {
                counts = (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetGuid(2));
                if (!row.IsDBNull(3))
                    rows.Add(Read(tenant, row));
            },
            cancellationToken);
        return new ListStepResult<ReceiptRow>(rows, (int)counts.Hits, (int)counts.LookedAt, counts.Last);
    }

    private async Task<ListTotal> CountAsync(TenantId tenant, ReceiptState state, CancellationToken cancellationToken)
    {
        var total = new ListTotal(0, IsExact: true);
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, Count, Parameter.Id(tenant.Value), Parameter.Small((short)state), Parameter.Number(PageRequest.Reach + 1));
        await batch.CommitAsync(row => total = ListTotal.Of(row.GetInt64(0)), cancellationToken);
        return total;
    }

    private static ReceiptRow Read(TenantId tenant, NpgsqlDataReader row) => new()
    {
        TenantId = tenant,
        Id = row.GetGuid(3),
        ProviderId = row.GetGuid(4),
        DeliveryId = row.IsDBNull(5) ? null : row.GetGuid(5),
        ProviderMessageId = row.IsDBNull(6) ? null : row.GetString(6),
        Kind = (ReceiptKind)row.GetInt16(7),
        State = (ReceiptState)row.GetInt16(8),
        Reason = row.IsDBNull(9) ? null : row.GetString(9),
        OccurredAt = row.GetFieldValue<DateTimeOffset>(10),
        ReceivedAt = row.GetFieldValue<DateTimeOffset>(11),
        Code = row.IsDBNull(12) ? null : row.GetString(12),
        Message = row.IsDBNull(13) ? null : row.GetString(13),
    };
}
