namespace NotificationService.Notifications;

/// <summary>Which notifications are stored by one statement. Pure.</summary>
public static class AcceptPlan
{
    /// <summary>Of one statement.</summary>
    public const int MaxTogether = 1_000;

    /// <summary>Of one statement, about. Content that stands once for all items of a batch is written out for each: a thousand of a megabyte would be a gigabyte here and at the database.</summary>
    public const int MaxBytesTogether = 8 * 1024 * 1024;

    private static readonly Comparer<byte[]?> ByBytes = Comparer<byte[]?>.Create(static (one, other) => ((ReadOnlySpan<byte>)one).SequenceCompareTo(other));

    /// <summary>
    /// Tenants ascending, and keys of a tenant ascending over all statements, so that two who accept never wait for each other in a circle. Of one key twice
    /// only the first is in it: the second finds it afterwards.
    /// </summary>
    public static IEnumerable<AcceptedNotification[]> Statements(IReadOnlyList<AcceptedNotification> notifications)
    {
        var (together, bytes) = (new List<AcceptedNotification>(Math.Min(notifications.Count, MaxTogether)), 0L);
        AcceptedNotification? before = null;
        foreach (var notification in InOrder(notifications))
        {
            if (before is not null && HaveOneKey(before, notification))
                continue;
            before = notification;
            var size = notification.Request.Size;
            if (together.Count == MaxTogether || (together.Count > 0 && bytes + size > MaxBytesTogether))
            {
                yield return [.. together];
                together.Clear();
                bytes = 0;
            }

            together.Add(notification);
            bytes += size;
        }

        if (together.Count > 0)
            yield return [.. together];
    }

    /// <summary>What is equal stays in the order in which it came; what has no key is first.</summary>
    private static IEnumerable<AcceptedNotification> InOrder(IReadOnlyList<AcceptedNotification> notifications) =>
        notifications.All(one => one.Idempotency is null && one.Tenant == notifications[0].Tenant)
            ? notifications
            : notifications.OrderBy(one => one.Tenant).ThenBy(one => one.Idempotency?.KeyHash, ByBytes);

    private static bool HaveOneKey(AcceptedNotification one, AcceptedNotification other) =>
        one.Tenant == other.Tenant && one.Idempotency is { KeyHash: var key } && other.Idempotency is { KeyHash: var otherKey } && ByBytes.Compare(key, otherKey) == 0;
}
