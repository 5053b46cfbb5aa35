using NotificationService.Channels;
using NotificationService.Notifications;

namespace NotificationService.BulkJobs.Csv;

/// <summary>
/// Which column is what. Pure. Names are compared without regard to case, spaces, _ and -. What the caller maps goes before
/// what the names say; a template variable goes before another word for a recipient's field.
/// </summary>
public static class HeaderMatch
{
    /// <param name="variables">All that the template can use, as paths.</param>
    /// <param name="requiredVariables">Those without which it does not render.</param>
    /// <param name="channels">Each needs its address; none for whatever the template has, when one address is enough.</param>
    /// <param name="mapping">CSV column → recipient field, <c>reference</c>, <c>data.</c> and a path, one of the variables or not, or <c>ignore</c>.</param>
    /// <param name="idempotencyColumn">A header.</param>
    /// <returns>No map if there are refusals; and the columns that are used for nothing.</returns>
    public static (ColumnMap? Map, IReadOnlyList<CsvRefusal> Refusals, IReadOnlyList<string> Ignored) Of(
        IReadOnlyList<string> headers,
        IReadOnlyCollection<string> variables,
        IReadOnlyCollection<string> requiredVariables,
        IReadOnlyList<ChannelKind> channels,
        IReadOnlyDictionary<string, string>? mapping,
        string? idempotencyColumn)
    {
        var work = Matched(headers, variables, requiredVariables, channels, mapping);
        var idempotency = idempotencyColumn is null ? null : work.FindIdempotency(idempotencyColumn);

        var ignored = headers.Where((_, place) => place != idempotency && work.Targets[place] is null or ColumnTarget.Ignored).ToList();
        return work.Refusals.Count > 0
            ? (null, work.Refusals, ignored)
            : (new ColumnMap([.. work.Targets.Select(target => target ?? new ColumnTarget.Ignored())], idempotency), [], ignored);
    }

    /// <summary>What each column would be, also where a file with this header is refused: for who has to say what the others are.</summary>
    public static (IReadOnlyList<ColumnTarget> Columns, IReadOnlyList<CsvRefusal> Refusals) Look(
        IReadOnlyList<string> headers, TemplateVariables template, IReadOnlyList<ChannelKind> channels, IReadOnlyDictionary<string, string>? mapping)
    {
        var work = Matched(headers, template.All, template.Required, channels, mapping);
        return ([.. work.Targets.Select(target => target ?? new ColumnTarget.Ignored())], work.Refusals);
    }

    private static HeaderMatching Matched(
        IReadOnlyList<string> headers, IReadOnlyCollection<string> variables, IReadOnlyCollection<string> requiredVariables, IReadOnlyList<ChannelKind> channels, IReadOnlyDictionary<string, string>? mapping)
    {
        var work = new HeaderMatching(headers, [.. variables.Union(requiredVariables, StringComparer.Ordinal)], channels);
        work.RefuseHeadersGivenTwice();
        foreach (var (column, target) in mapping ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            if (work.IsFull)
                break;
            work.Map(column, target);
        }

        work.MatchTheRest();
        work.RefuseTargetsGivenTwice();
        work.RequireAddresses();
        work.RequireVariables(requiredVariables);
        return work;
    }
}
