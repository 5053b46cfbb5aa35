using Npgsql;
using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Deliveries.Receipts;

/// <summary>Receipts as people look at them: above all those that no delivery was found for.</summary>
public sealed class ReceiptQueries(Database database, LongLists longLists)
{
    private readonly ListStatements statements = new(database, SqlText.Statement("receipts_list"), SqlText.Statement("receipts_count"));

    /// <summary>Those of one state, the newest first.</summary>
    public async Task<PageResult<ReceiptRow>> ListAsync(TenantId tenant, ReceiptFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var isIndexed = filter.Provider is null;
        var result = await ListScan.ReadAsync<ReceiptRow>(page, row => row.Id, isIndexed, PageRequest.ScanLimit, ReadAsync);
        return page.IsNumbered && result.Total is null && isIndexed
            ? result.With(await longLists.TotalAsync(tenant, filter, CountAsync, cancellationToken), page)
            : result;

        Task<ListStepResult<ReceiptRow>> ReadAsync(ListStep step) => statements.ReadAsync(
            tenant,
            [
                Parameter.Id(tenant.Value), Parameter.Modes(filter.Live), Parameter.Small((short)filter.State), Parameter.Before(step.After), Parameter.Number(step.Rows),
                Parameter.IdOrNull(filter.Provider), Parameter.Number(step.Offset), Parameter.Number(step.Take),
            ],
            row => Read(tenant, row), cancellationToken);

        Task<ListTotal> CountAsync(CancellationToken token) => statements.CountAsync(
            tenant, [Parameter.Id(tenant.Value), Parameter.Modes(filter.Live), Parameter.Small((short)filter.State), Parameter.Number(PageRequest.Reach + 1)],
            row => ListTotal.Of(row.GetInt64(0)), token);
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
        Live = row.GetBoolean(14),
    };
}

/// <summary>Which receipts; null is any.</summary>
/// <param name="Live">Only those about what live accounts sent, or only those about what test accounts sent.</param>
public sealed record ReceiptFilter(ReceiptState State, Guid? Provider, bool? Live);
