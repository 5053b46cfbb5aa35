using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Deliveries;

/// <summary>Reads how the chains of claimed deliveries stand; costs nothing where there is none.</summary>
public sealed class ChainReader(Database database)
{
    private static readonly IReadOnlyDictionary<NotificationId, List<ChainLink>> None = new Dictionary<NotificationId, List<ChainLink>>();
    private static readonly Statement Links = Statement.Load("deliveries_chain");

    public async Task<IReadOnlyDictionary<NotificationId, List<ChainLink>>> ReadAsync(
        IReadOnlyList<ClaimedDelivery> claimed, IReadOnlyDictionary<NotificationId, StoredNotification> notifications, CancellationToken cancellationToken)
    {
        if (!notifications.Values.Any(notification => notification.Fallback is not null))
            return None;
        var chains = new Dictionary<NotificationId, List<ChainLink>>();
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        ClaimedDelivery[] first =
            [.. claimed.Where(delivery => notifications.GetValueOrDefault(delivery.Id.Notification)?.Fallback is not null).DistinctBy(delivery => delivery.Id.Notification)];
        batch.Add(
            TenantSet.Of(first.Select(delivery => delivery.Tenant)),
            Links.With(
                Parameter.Of("tenants", Array.ConvertAll(first, delivery => delivery.Tenant.Value)),
                Parameter.Of("notifications", Array.ConvertAll(first, delivery => delivery.Id.Notification.Value)),
                Parameter.Of("last_deliveries", Array.ConvertAll(first, delivery => delivery.Id.Notification.LastDelivery))));
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
        new DeliveryId(row.GetGuid(Columns.Id)),
        row.GetInt16(Columns.Chain),
        (DeliveryStatus)row.GetInt16(Columns.Status),
        row.GetTime(Columns.DueAt),
        row.GetBoolean(Columns.WasHeld),
        row.GetOrNull<DateTimeOffset>(Columns.FirstCall));

    private static class Columns
    {
        public static readonly Column
            Id = Links.Column("id"), Status = Links.Column("status"), Chain = Links.Column("chain"), DueAt = Links.Column("due_at"),
            WasHeld = Links.Column("was_held"), FirstCall = Links.Column("first_call");
    }
}
