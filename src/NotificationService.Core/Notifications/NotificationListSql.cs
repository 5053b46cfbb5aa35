using NotificationService.Storage;

namespace NotificationService.Notifications;

/// <summary>The variants of <c>notifications_list.sql</c> and <c>notifications_count.sql</c>: each has the one walk that it needs and nothing of the others.</summary>
internal static class NotificationListSql
{
    private static readonly Dictionary<(NotificationWalk, bool IsExact, bool ByRow), Statement> Lists = (
        from walk in Enum.GetValues<NotificationWalk>()
        from isExact in (bool[])[true, false]
        from byRow in (bool[])[true, false]
        where !isExact || (walk != NotificationWalk.Ended && !byRow)
        select (walk, isExact, byRow)).ToDictionary(variant => variant, variant => Statement.Load("notifications_list", Names(variant.walk, variant.isExact, variant.byRow)));

    private static readonly Dictionary<NotificationWalk, Statement> Counts =
        Enum.GetValues<NotificationWalk>().ToDictionary(walk => walk, walk => Statement.Load("notifications_count", Names(walk, isExact: true, byRow: false)));

    /// <summary>A column of every list.</summary>
    public static Column ColumnOfLists(string name) => new(name, [.. Lists.Values]);

    /// <summary>A column of every count.</summary>
    public static Column ColumnOfCounts(string name) => new(name, [.. Counts.Values]);

    public static Statement List(NotificationFilter filter) => Lists[(filter.Walk, filter.IsExact, !filter.IsOfIndex)];

    public static Statement Count(NotificationFilter filter) => Counts[filter.Walk];

    /// <param name="walk">Which index is walked.</param>
    /// <param name="isExact">Whether every row of the walk is an item.</param>
    /// <param name="byRow">Whether something is asked that only the notification shows.</param>
    private static HashSet<string> Names(NotificationWalk walk, bool isExact, bool byRow)
    {
        HashSet<string> names = [walk.ToString().ToLowerInvariant(), isExact ? "exact" : "filtered"];
        if (walk is not NotificationWalk.Ended)
            names.Add("notifications");
        if (walk is not (NotificationWalk.Ended or NotificationWalk.Batch))
            names.Add("by_mode");
        if (byRow)
            names.Add("by_row");
        return names;
    }
}
