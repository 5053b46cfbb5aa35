using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Channels;

/// <summary>Lists what the sandbox was given.</summary>
public sealed class SandboxQueries(Database database, LongLists longLists)
{
    private static readonly ListStatement List = new("sandbox_messages_list");
    private static readonly Statement Count = Statement.Load("sandbox_messages_count");
    private static readonly Column Total = Count.Column("total");

    private readonly ListStatements statements = new(database);

    /// <summary>The newest first.</summary>
    public async Task<PageResult<SandboxMessage>> ListAsync(TenantId tenant, SandboxFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var isIndexed = filter is { Channel: null, Notification: null };
        var result = await ListScan.ReadAsync<SandboxMessage>(page, row => row.Id, isIndexed, PageRequest.ScanLimit, ReadAsync);
        return page.IsNumbered && result.Total is null && isIndexed
            ? result.With(await longLists.TotalAsync(tenant, filter, CountAsync, cancellationToken), page)
            : result;

        Task<ListStepResult<SandboxMessage>> ReadAsync(ListStep step) => statements.ReadAsync(
            tenant, List,
            List.With(
                Parameter.Of("tenant", tenant.Value), Parameter.Modes("modes", filter.Live), Parameter.Before("before_id", step.After), Parameter.Of("max_rows", step.Rows), Parameter.OrNull("channel", (short?)filter.Channel),
                Parameter.OrNull("recipient", filter.Recipient), Parameter.OrNull("first_delivery", filter.Notification),
                Parameter.OrNull("last_delivery", filter.Notification is { } id ? new Notifications.NotificationId(id).LastDelivery : null), Parameter.Of("offset", step.Offset), Parameter.Of("take", step.Take)),
            row => Read(tenant, row), cancellationToken);

        Task<ListTotal> CountAsync(CancellationToken token) => statements.CountAsync(
            tenant,
            Count.With(Parameter.Of("tenant", tenant.Value), Parameter.Modes("modes", filter.Live), Parameter.Of("max", PageRequest.Reach + 1), Parameter.OrNull("recipient", filter.Recipient)),
            row => ListTotal.Of(row.GetInt64(Total)), token);
    }

    private static SandboxMessage Read(TenantId tenant, NpgsqlDataReader row) => new()
    {
        TenantId = tenant,
        Id = row.GetGuid(Columns.Id),
        ProviderId = row.GetGuid(Columns.ProviderId),
        DeliveryId = row.GetGuid(Columns.DeliveryId),
        Attempt = row.GetInt32(Columns.Attempt),
        Channel = (ChannelKind)row.GetInt16(Columns.Channel),
        Recipient = row.GetString(Columns.Recipient),
        Message = row.GetString(Columns.Message),
        Category = row.GetStringOrNull(Columns.Category),
        Outcome = row.GetString(Columns.Outcome),
        CreatedAt = row.GetTime(Columns.CreatedAt),
        Live = row.GetBoolean(Columns.Live),
    };

    private static class Columns
    {
        public static readonly Column
            Id = List.Column("id"), ProviderId = List.Column("provider_id"), DeliveryId = List.Column("delivery_id"), Attempt = List.Column("attempt"),
            Channel = List.Column("channel"), Recipient = List.Column("recipient"), Message = List.Column("message"), Category = List.Column("category"),
            Outcome = List.Column("outcome"), CreatedAt = List.Column("created_at"), Live = List.Column("live");
    }
}

/// <summary>Which of the sandbox's messages; null is any.</summary>
/// <param name="Live">Only those of live accounts, or only those of test accounts.</param>
public sealed record SandboxFilter(ChannelKind? Channel, string? Recipient, Guid? Notification, bool? Live);
