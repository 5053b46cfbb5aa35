using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Channels;

/// <summary>Lists what the sandbox was given.</summary>
public sealed class SandboxQueries(Database database, LongLists longLists)
{
    private static readonly string List = SqlText.Statement("sandbox_messages_list");
    private static readonly string Count = SqlText.Statement("sandbox_messages_count");

    /// <summary>The newest first.</summary>
    public async Task<PageResult<SandboxMessage>> ListAsync(TenantId tenant, SandboxFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var isIndexed = filter is { Channel: null, Notification: null };
        var result = await ListScan.ReadAsync<SandboxMessage>(page, row => row.Id, isIndexed, PageRequest.ScanLimit, step => ReadAsync(tenant, filter, step, cancellationToken));
        return page.IsNumbered && result.Total is null && isIndexed
            ? result.With(await longLists.TotalAsync(tenant, filter, token => CountAsync(tenant, filter, token), cancellationToken), page)
            : result;
    }

    private async Task<ListStepResult<SandboxMessage>> ReadAsync(TenantId tenant, SandboxFilter filter, ListStep step, CancellationToken cancellationToken)
    {
        var rows = new List<SandboxMessage>();
        (long Hits, long LookedAt, Guid? Last) counts = default;
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(
            tenant, List, Parameter.Id(tenant.Value), Parameter.Before(step.After), Parameter.Number(step.Rows), Parameter.Small((short?)filter.Channel),
            Parameter.Text(filter.Recipient), Parameter.IdOrNull(filter.Notification),
            Parameter.IdOrNull(filter.Notification is { } id ? new Notifications.NotificationId(id).LastDelivery : null), Parameter.Number(step.Offset), Parameter.Number(step.Take));
        await batch.CommitAsync(
            row =>
            {
                counts = (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetGuid(2));
                if (!row.IsDBNull(3))
                    rows.Add(Read(tenant, row));
            },
            cancellationToken);
        return new ListStepResult<SandboxMessage>(rows, (int)counts.Hits, (int)counts.LookedAt, counts.Last);
    }

    private async Task<ListTotal> CountAsync(TenantId tenant, SandboxFilter filter, CancellationToken cancellationToken)
    {
        var total = new ListTotal(0, IsExact: true);
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, Count, Parameter.Id(tenant.Value), Parameter.Number(PageRequest.Reach + 1), Parameter.Text(filter.Recipient));
        await batch.CommitAsync(row => total = ListTotal.Of(row.GetInt64(0)), cancellationToken);
        return total;
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
    };
}

/// <summary>Which of the sandbox's messages; null is any.</summary>
public sealed record SandboxFilter(ChannelKind? Channel, string? Recipient, Guid? Notification);
