namespace NotificationService.Notifications;

/// <summary>
/// The order of what happened to several deliveries: by time, but a delivery's own steps stay in their sequence, whichever of several clocks dated them.
/// A claim's time begins before it was asked for, so that a slow claim may date its result after a later one's.
/// </summary>
public static class TimelineOrder
{
    /// <summary>Each item with the time by which it is sorted: never before the item of its delivery that stands before it.</summary>
    /// <param name="items">Those of one delivery in their sequence.</param>
    /// <param name="delivery">Whose it is.</param>
    /// <param name="at">When it is said to have happened.</param>
    public static IEnumerable<(T Item, DateTimeOffset At)> Dated<T, TDelivery>(IEnumerable<T> items, Func<T, TDelivery> delivery, Func<T, DateTimeOffset> at)
        where TDelivery : notnull
    {
        var latest = new Dictionary<TDelivery, DateTimeOffset>();
        foreach (var item in items)
        {
            var (whose, when) = (delivery(item), at(item));
            if (latest.TryGetValue(whose, out var before) && before > when)
                when = before;
            latest[whose] = when;
            yield return (item, when);
        }
    }
}
