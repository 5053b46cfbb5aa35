using NotificationService.Storage;

namespace NotificationService.Notifications;

/// <summary>The variants of <c>notifications_list.sql</c> and <c>notifications_count.sql</c>: each has the one walk that it needs and nothing of the others.</summary>
internal static class NotificationListSql
{
    private static readonly Dictionary<(NotificationWalk, bool IsExact, bool ByRow, bool IsOfOneMode), Statement> Lists = (
        from walk in Enum.GetValues<NotificationWalk>()
        from isExact in (bool[])[true, false]
        from byRow in (bool[])[true, false]
        from isOfOneMode in (bool[])[true, false]
        where (!isExact || (walk != NotificationWalk.Ended && !byRow)) && (!isOfOneMode || MayBeOneWalk(walk))
        select (walk, isExact, byRow, isOfOneMode)).ToDictionary(
            variant => variant, variant => Statement.Load("notifications_list", Names(variant.walk, variant.isExact, variant.byRow, variant.isOfOneMode)));

    private static readonly Dictionary<NotificationWalk, Statement> Counts =
        Enum.GetValues<NotificationWalk>().ToDictionary(walk => walk, walk => Statement.Load("notifications_count", Names(walk, isExact: true, byRow: false, isOfOneMode: false)));

    /// <summary>A column of every list.</summary>
    public static Column ColumnOfLists(string name) => new(name, [.. Lists.Values]);

    /// <summary>A column of every count.</summary>
    public static Column ColumnOfCounts(string name) => new(name, [.. Counts.Values]);

    public static Statement List(NotificationFilter filter) => Lists[(filter.Walk, filter.IsExact, !filter.IsOfIndex, filter.Live is not null && MayBeOneWalk(filter.Walk))];

    public static Statement Count(NotificationFilter filter) => Counts[filter.Walk];

    /// <summary>Whether one walk is enough where one mode is asked for. Of a key several templates may have been archived, each with a walk of its own.</summary>
    private static bool MayBeOneWalk(NotificationWalk walk) => walk is NotificationWalk.Newest or NotificationWalk.Reference or NotificationWalk.User;

    /// <param name="walk">Which index is walked.</param>
    /// <param name="isExact">Whether every row of the walk is an item.</param>
    /// <param name="byRow">Whether something is asked that only the notification shows.</param>
    /// <param name="isOfOneMode">Whether one mode is asked for, and not both.</param>
    private static HashSet<string> Names(NotificationWalk walk, bool isExact, bool byRow, bool isOfOneMode)
    {
        HashSet<string> names = [walk.ToString().ToLowerInvariant(), isExact ? "exact" : "filtered"];
        if (walk is not NotificationWalk.Ended)
            names.Add("notifications");
        if (walk is not (NotificationWalk.Ended or NotificationWalk.Batch))
            names.UnionWith(["by_mode", isOfOneMode ? "one_mode" : "merged"]);
        if (byRow)
            names.Add("by_row");
        return names;
    }
}
