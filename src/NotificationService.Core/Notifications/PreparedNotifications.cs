using NotificationService.Quotas;
using Npgsql;

namespace NotificationService.Notifications;

/// <summary>Notifications of one caller that were checked and planned, to be stored in a transaction that is somebody else's to commit. What they take of the day goes back unless they are stored.</summary>
public sealed class PreparedNotifications : IDisposable
{
    private readonly NotificationStore store;
    private readonly IReadOnlyList<AcceptedNotification> notifications;
    private readonly QuotaReservation? reserved;

    internal PreparedNotifications(NotificationStore store, IReadOnlyList<AcceptedNotification> notifications, QuotaReservation? reserved) =>
        (this.store, this.notifications, this.reserved) = (store, notifications, reserved);

    /// <summary>In the order of the requests.</summary>
    public IEnumerable<NotificationId> Ids => notifications.Select(notification => notification.Id);

    /// <summary>All of them, under no key of their own. May be done again after a transaction that was not committed.</summary>
    public Task StoreAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => NotificationStore.AcceptAsync(connection, notifications, batch: null, cancellationToken);

    /// <summary>After the commit.</summary>
    public void Announce()
    {
        AcceptOutcome[] outcomes = [.. notifications.Select(_ => AcceptOutcome.Accepted.Instance)];
        store.Announce(notifications, outcomes);
        reserved?.Keep(notifications, outcomes);
    }

    public void Dispose() => reserved?.Dispose();
}
