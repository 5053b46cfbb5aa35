using NotificationService.Notifications;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Deliveries;

/// <summary>What people ask for of deliveries, in a transaction that is somebody else's: each answers where the deliveries stand.</summary>
public static class DeliveryChanges
{
    private static readonly Statement CancelStatement = Statement.Load("deliveries_cancel");
    private static readonly Statement LockStatement = Statement.Load("deliveries_lock");
    private static readonly Statement RetryStatement = Statement.Load("deliveries_retry");

    /// <summary>Stops what has not begun of one notification; answers a row for each of its deliveries.</summary>
    public static void Cancel(TenantBatch batch, TenantId tenant, NotificationId notification, DateTimeOffset now) =>
        batch.Add(
            tenant,
            CancelStatement.With(
                Parameter.Of("tenant", tenant.Value), Parameter.Of("notification", notification.Value), Parameter.Of("last_delivery", notification.LastDelivery), Parameter.Of("now", now)));

    /// <summary>Puts failed or expired deliveries back into the queue; answers a row for each that is the tenant's.</summary>
    public static void Retry(TenantBatch batch, TenantId tenant, IReadOnlyCollection<Guid> deliveries, DateTimeOffset now)
    {
        Guid[] given = [.. deliveries];
        batch.Add(tenant, LockStatement.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("deliveries", given)));
        batch.Add(tenant, RetryStatement.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("deliveries", given), Parameter.Of("now", now)));
    }

    /// <summary>A row of either.</summary>
    public static DeliveryChange Read(NpgsqlDataReader row) => new(new DeliveryId(row.GetGuid(Columns.Id)), (DeliveryStatus)row.GetInt16(Columns.Status), row.GetBoolean(Columns.Changed));

    private static class Columns
    {
        public static readonly Column
            Id = Of("id"), Status = Of("status"), Changed = Of("changed");

        private static Column Of(string name) => new(name, CancelStatement, RetryStatement);
    }
}

/// <summary>Where a delivery stands after a command, and whether it was the command's doing.</summary>
public sealed record DeliveryChange(DeliveryId Id, DeliveryStatus Status, bool Changed);
