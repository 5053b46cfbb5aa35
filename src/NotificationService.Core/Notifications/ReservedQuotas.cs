using NotificationService.Quotas;

namespace NotificationService.Notifications;

/// <summary>What notifications of several callers take of their tenants' days, until it is known which of them were accepted.</summary>
internal sealed class ReservedQuotas : IDisposable
{
    private readonly List<QuotaReservation> all = [];

    /// <param name="reservation">Null: nothing is limited.</param>
    public QuotaReservation? Add(QuotaReservation? reservation)
    {
        if (reservation is not null)
            all.Add(reservation);
        return reservation;
    }

    public void Keep(IReadOnlyList<AcceptedNotification> notifications, IReadOnlyList<AcceptOutcome> outcomes) =>
        all.ForEach(reservation => reservation.Keep(notifications, outcomes));

    public void Dispose() => all.ForEach(reservation => reservation.Dispose());
}

/// <summary>What was accepted stays taken of its tenant's day.</summary>
public static class KeptQuotas
{
    public static void Keep(this QuotaReservation reservation, IReadOnlyList<AcceptedNotification> notifications, IReadOnlyList<AcceptOutcome> outcomes)
    {
        for (var i = 0; i < notifications.Count; i++)
        {
            if (outcomes[i] is AcceptOutcome.Accepted)
                reservation.Keep(notifications[i].Id.Value);
        }
    }
}
