using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Channels;

/// <summary>Lists what the sandbox was given.</summary>
public sealed class SandboxQueries(Database database, LongLists longLists)
{
    private readonly ListStatements statements = new(database, SqlText.Statement("sandbox_messages_list"), SqlText.Statement("sandbox_messages_count"));

    /// <summary>The newest first.</summary>
    public async Task<PageResult<SandboxMessage>> ListAsync(TenantId tenant, SandboxFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var isIndexed = filter is { Channel: null, Notification: null };
        var result = await ListScan.ReadAsync<SandboxMessage>(page, row => row.Id, isIndexed, PageRequest.ScanLimit, ReadAsync);
        return page.IsNumbered && result.Total is null && isIndexed
            ? result.With(await longLists.TotalAsync(tenant, filter, CountAsync, cancellationToken), page)
            : result;

        Task<ListStepResult<SandboxMessage>> ReadAsync(ListStep step) => statements.ReadAsync(
            tenant,
            [
                Parameter.Id(tenant.Value), Parameter.Modes(filter.Live), Parameter.Before(step.After), Parameter.Number(step.Rows), Parameter.Small((short?)filter.Channel),
                Parameter.Text(filter.Recipient), Parameter.IdOrNull(filter.Notification),
                Parameter.IdOrNull(filter.Notification is { } id ? new Notifications.NotificationId(id).LastDelivery : null), Parameter.Number(step.Offset), Parameter.Number(step.Take),
            ],
            row => Read(tenant, row), cancellationToken);

        Task<ListTotal> CountAsync(CancellationToken token) => statements.CountAsync(
            tenant, [Parameter.Id(tenant.Value), Parameter.Modes(filter.Live), Parameter.Number(PageRequest.Reach + 1), Parameter.Text(filter.Recipient)],
            row => ListTotal.Of(row.GetInt64(0)), token);
    }

    private static SandboxMessage Read(TenantId tenant, NpgsqlDataReader row) => new()
    {
        TenantId = tenant,
        Id = row.GetGuid(3),
        ProviderId = row.GetGuid(4),
        DeliveryId = row.GetGuid(5),
        Attempt = row.GetInt32(6),
        Channel = (ChannelKind)row.GetInt16(7),
        Recipient = row.GetString(8),
        Message = row.GetString(9),
        Category = row.IsDBNull(10) ? null : row.GetString(10),
        Outcome = row.GetString(11),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(12),
        Live = row.GetBoolean(13),
    };
}

/// <summary>Which of the sandbox's messages; null is any.</summary>
/// <param name="Live">Only those of live accounts, or only those of test accounts.</param>
public sealed record SandboxFilter(ChannelKind? Channel, string? Recipient, Guid? Notification, bool? Live);
