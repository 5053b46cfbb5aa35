using Npgsql;
using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Deliveries;

/// <summary>What people ask for of deliveries: each is one statement in a transaction that is somebody else's, and answers where the deliveries stand.</summary>
public static class DeliveryChanges
{
    private static readonly string CancelStatement = SqlText.Statement("deliveries_cancel");
    private static readonly string RetryStatement = SqlText.Statement("deliveries_retry");

    /// <summary>Stops what has not begun of one notification; answers a row for each of its deliveries.</summary>
    public static void Cancel(TenantBatch batch, TenantId tenant, NotificationId notification, DateTimeOffset now) =>
        batch.Add(tenant, CancelStatement, Id(tenant.Value), Id(notification.Value), Id(notification.LastDelivery), Time(now));

    /// <summary>Puts failed or expired deliveries back into the queue; answers a row for each that is the tenant's.</summary>
    public static void Retry(TenantBatch batch, TenantId tenant, IReadOnlyCollection<Guid> deliveries, DateTimeOffset now) =>
        batch.Add(tenant, RetryStatement, Id(tenant.Value), new NpgsqlParameter<Guid[]> { TypedValue = [.. deliveries] }, Time(now));

    /// <summary>A row of either.</summary>
    public static DeliveryChange Read(NpgsqlDataReader row) => new(new DeliveryId(row.GetGuid(0)), (DeliveryStatus)row.GetInt16(1), row.GetBoolean(2));

    private static NpgsqlParameter<Guid> Id(Guid id) => new() { TypedValue = id };

    private static NpgsqlParameter<DateTimeOffset> Time(DateTimeOffset at) => new() { TypedValue = at };
}

/// <summary>Where a delivery stands after a command, and whether it was the command's doing.</summary>
public sealed record DeliveryChange(DeliveryId Id, DeliveryStatus Status, bool Changed);
