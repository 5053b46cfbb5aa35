using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>One tenant's notifications that are stored by one statement.</summary>
public sealed record AcceptStatement(TenantId Tenant, AcceptedNotification[] Notifications);

/// <summary>By which statements notifications are stored, and which of those go in one round trip. Pure.</summary>
public static class AcceptPlan
{
    /// <summary>Of one round trip.</summary>
    public const int MaxTogether = 1_000;

    /// <summary>Of one round trip, about. Content that stands once for all items of a batch is written out for each: a thousand of a megabyte would be a gigabyte here and at the database.</summary>
    public const int MaxBytesTogether = 8 * 1024 * 1024;

    private static readonly Comparer<byte[]?> ByBytes = Comparer<byte[]?>.Create(static (one, other) => ((ReadOnlySpan<byte>)one).SequenceCompareTo(other));

    /// <summary>
    /// Tenants ascending, and keys of a tenant ascending over all statements, so that two who accept never wait for each other in a circle. Of one key twice
    /// only the first is in it: the second finds it afterwards.
    /// </summary>
    public static IEnumerable<IReadOnlyList<AcceptStatement>> RoundTrips(IReadOnlyList<AcceptedNotification> notifications)
    {
        var (trip, bytes) = (new List<AcceptedNotification>(Math.Min(notifications.Count, MaxTogether)), 0L);
        AcceptedNotification? before = null;
        foreach (var notification in InOrder(notifications))
        {
            if (before is not null && HaveOneKey(before, notification))
                continue;
            before = notification;
            var size = notification.Request.Size;
            if (trip.Count == MaxTogether || (trip.Count > 0 && bytes + size > MaxBytesTogether))
            {
                yield return Statements(trip);
                trip.Clear();
                bytes = 0;
            }

            trip.Add(notification);
            bytes += size;
        }

        if (trip.Count > 0)
            yield return Statements(trip);
    }

    /// <summary>What is equal stays in the order in which it came; what has no key is first.</summary>
    private static IEnumerable<AcceptedNotification> InOrder(IReadOnlyList<AcceptedNotification> notifications) =>
        notifications.All(one => one.Idempotency is null && one.Tenant == notifications[0].Tenant)
            ? notifications
            : notifications.OrderBy(one => one.Tenant).ThenBy(one => one.Idempotency?.KeyHash, ByBytes);

    private static bool HaveOneKey(AcceptedNotification one, AcceptedNotification other) =>
        one.Tenant == other.Tenant && one.Idempotency is { KeyHash: var key } && other.Idempotency is { KeyHash: var otherKey } && ByBytes.Compare(key, otherKey) == 0;

    private static List<AcceptStatement> Statements(List<AcceptedNotification> trip)
    {
        var statements = new List<AcceptStatement>();
        for (var from = 0; from < trip.Count;)
        {
            var to = from + 1;
            while (to < trip.Count && trip[to].Tenant == trip[from].Tenant)
                to++;
            statements.Add(new AcceptStatement(trip[from].Tenant, [.. trip.GetRange(from, to - from)]));
            from = to;
        }

        return statements;
    }
}
