using NotificationService.Channels;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Deliveries.Receipts;

/// <summary>Receipts as people look at them: above all those that no delivery was found for.</summary>
public sealed class ReceiptQueries(Database database, LongLists longLists)
{
    private static readonly ListStatement List = new("receipts_list");
    private static readonly Statement Count = Statement.Load("receipts_count");
    private static readonly Column Total = Count.Column("total");

    private readonly ListStatements statements = new(database);

    /// <summary>Those of one state, the newest first.</summary>
    public async Task<PageResult<ReceiptRow>> ListAsync(TenantId tenant, ReceiptFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var isIndexed = filter.Provider is null;
        var result = await ListScan.ReadAsync<ReceiptRow>(page, row => row.Id, isIndexed, PageRequest.ScanLimit, ReadAsync);
        return page.IsNumbered && result.Total is null && isIndexed
            ? result.With(await longLists.TotalAsync(tenant, filter, CountAsync, cancellationToken), page)
            : result;

        Task<ListStepResult<ReceiptRow>> ReadAsync(ListStep step) => statements.ReadAsync(
            tenant, List,
            List.With(
                Parameter.Of("tenant", tenant.Value), Parameter.Modes("modes", filter.Live), Parameter.OrNull("state", (short)filter.State), Parameter.Before("before_id", step.After), Parameter.Of("max_rows", step.Rows),
                Parameter.OrNull("provider", filter.Provider), Parameter.Of("offset", step.Offset), Parameter.Of("take", step.Take)),
            row => Read(tenant, row), cancellationToken);

        Task<ListTotal> CountAsync(CancellationToken token) => statements.CountAsync(
            tenant,
            Count.With(Parameter.Of("tenant", tenant.Value), Parameter.Modes("modes", filter.Live), Parameter.OrNull("state", (short)filter.State), Parameter.Of("max", PageRequest.Reach + 1)),
            row => ListTotal.Of(row.GetInt64(Total)), token);
    }

    private static ReceiptRow Read(TenantId tenant, NpgsqlDataReader row) => new()
    {
        TenantId = tenant,
        Id = row.GetGuid(Columns.Id),
        ProviderId = row.GetGuid(Columns.ProviderId),
        DeliveryId = row.GetOrNull<Guid>(Columns.DeliveryId),
        ProviderMessageId = row.GetStringOrNull(Columns.ProviderMessageId),
        Kind = (ReceiptKind)row.GetInt16(Columns.Kind),
        State = (ReceiptState)row.GetInt16(Columns.State),
        Reason = row.GetStringOrNull(Columns.Reason),
        OccurredAt = row.GetTime(Columns.OccurredAt),
        ReceivedAt = row.GetTime(Columns.ReceivedAt),
        Code = row.GetStringOrNull(Columns.Code),
        Message = row.GetStringOrNull(Columns.Message),
        Live = row.GetBoolean(Columns.Live),
    };

    private static class Columns
    {
        public static readonly Column
            Id = List.Column("id"), ProviderId = List.Column("provider_id"), DeliveryId = List.Column("delivery_id"),
            ProviderMessageId = List.Column("provider_message_id"), Kind = List.Column("kind"), State = List.Column("state"), Reason = List.Column("reason"),
            OccurredAt = List.Column("occurred_at"), ReceivedAt = List.Column("received_at"), Code = List.Column("code"), Message = List.Column("message"),
            Live = List.Column("live");
    }
}

/// <summary>Which receipts; null is any.</summary>
/// <param name="Live">Only those about what live accounts sent, or only those about what test accounts sent.</param>
public sealed record ReceiptFilter(ReceiptState State, Guid? Provider, bool? Live);
