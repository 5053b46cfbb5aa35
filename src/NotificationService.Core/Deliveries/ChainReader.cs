using Npgsql;
using NotificationService.Notifications;
using NotificationService.Storage;

namespace NotificationService.Deliveries;

/// <summary>Reads how the chains of claimed deliveries stand; costs nothing where there is none.</summary>
public sealed class ChainReader(Database database)
{
    private static readonly IReadOnlyDictionary<NotificationId, List<ChainLink>> None = new Dictionary<NotificationId, List<ChainLink>>();
    private static readonly string Chain = SqlText.Statement("deliveries_chain");

    public async Task<IReadOnlyDictionary<NotificationId, List<ChainLink>>> ReadAsync(
        IReadOnlyList<ClaimedDelivery> claimed, IReadOnlyDictionary<NotificationId, StoredNotification> notifications, CancellationToken cancellationToken)
    {
        if (!notifications.Values.Any(notification => notification.Fallback is not null))
            return None;
        var chains = new Dictionary<NotificationId, List<ChainLink>>();
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        foreach (var tenant in claimed.Where(delivery => notifications.GetValueOrDefault(delivery.Id.Notification)?.Fallback is not null)
            .GroupBy(delivery => delivery.Tenant).OrderBy(group => group.Key.Value))
        {
            NotificationId[] ids = [.. tenant.Select(delivery => delivery.Id.Notification).Distinct()];
            batch.Add(
                tenant.Key, Chain,
                new NpgsqlParameter<Guid> { TypedValue = tenant.Key.Value },
                new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(ids, id => id.Value) },
                new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(ids, id => id.LastDelivery) });
        }

        await batch.CommitAsync(
            row =>
            {
                var link = Read(row);
                if (!chains.TryGetValue(link.Id.Notification, out var links))
                    chains.Add(link.Id.Notification, links = []);
                links.Add(link);
            },
            cancellationToken);
        return chains;
    }

    private static ChainLink Read(NpgsqlDataReader row) => new(
        new DeliveryId(row.GetGuid(0)),
        row.GetInt16(2),
        (DeliveryStatus)row.GetInt16(1),
        row.GetFieldValue<DateTimeOffset>(3),
        row.GetBoolean(4),
        row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5));
}
