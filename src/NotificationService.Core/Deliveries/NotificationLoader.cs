using System.Text.Json;
using Npgsql;
using NotificationService.Notifications;
using NotificationService.Recipients;
using NotificationService.Storage;

namespace NotificationService.Deliveries;

/// <summary>Reads what was accepted for claimed deliveries of any number of tenants, in one round trip.</summary>
public sealed class NotificationLoader(Database database)
{
    // What its batch is, if nothing of it may be sent now.
    private const string Cancelled = "cancelled";
    private const string Held = "held";

    private static readonly string Load = SqlText.Statement("notifications_load");

    public async Task<IReadOnlyDictionary<NotificationId, StoredNotification>> LoadAsync(IReadOnlyList<ClaimedDelivery> deliveries, CancellationToken cancellationToken)
    {
        var loaded = new Dictionary<NotificationId, StoredNotification>(deliveries.Count);
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        foreach (var tenant in deliveries.GroupBy(delivery => delivery.Tenant).OrderBy(group => group.Key.Value))
        {
            batch.Add(
                tenant.Key, Load,
                new NpgsqlParameter<Guid[]> { TypedValue = [.. tenant.Select(delivery => delivery.Id.Notification.Value).Distinct()] },
                new NpgsqlParameter<Guid> { TypedValue = tenant.Key.Value });
        }

        await batch.CommitAsync(
            row =>
            {
                var notification = Read(row);
                loaded[notification.Id] = notification;
            },
            cancellationToken);
        return loaded;
    }

    private static StoredNotification Read(NpgsqlDataReader row) => new(
        new NotificationId(row.GetGuid(0)),
        row.GetBoolean(1),
        row.IsDBNull(2) ? null : row.GetGuid(2),
        row.IsDBNull(3) ? null : row.GetInt32(3),
        row.IsDBNull(4) ? null : row.GetString(4),
        JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(5), StoredJson.Default.StoredRecipient) ?? new StoredRecipient(),
        row.IsDBNull(6) ? [] : row.GetFieldValue<byte[]>(6),
        row.IsDBNull(7) ? null : JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(7), StoredJson.Default.InlineContent),
        row.IsDBNull(8) ? null : row.GetString(8),
        row.GetFieldValue<DateTimeOffset>(9))
    {
        Suppressed = row.IsDBNull(10) ? [] : JsonSerializer.Deserialize(row.GetFieldValue<byte[]>(10), SuppressedAddressJson.Default.IReadOnlyListSuppressedAddress) ?? [],
        Fallback = Strategies.Read(row.GetInt16(11), row.IsDBNull(12) ? null : row.GetInt32(12)),
        IsCancelled = !row.IsDBNull(13) && row.GetString(13) == Cancelled,
        IsHeld = !row.IsDBNull(13) && row.GetString(13) == Held,
    };
}
