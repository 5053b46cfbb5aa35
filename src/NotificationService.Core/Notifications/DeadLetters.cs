using Npgsql;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>Which failed deliveries are wanted; what is null does not matter.</summary>
/// <param name="Live">Only those of live accounts, or only those of test accounts.</param>
public sealed record DeadLetterFilter(ChannelKind? Channel, FailureKind? Kind, string? Code, DateTimeOffset? Since, DateTimeOffset? Until, bool? Live = null);

/// <summary>A delivery that failed for good.</summary>
public sealed record DeadLetter(
    DeliveryId Id,
    string? Reference,
    PinnedTemplate? Template,
    Priority Priority,
    int Attempts,
    bool Ambiguous,
    ProviderName? Provider,
    Failure? Failure,
    DateTimeOffset? AcceptedAt,
    DateTimeOffset? FailedAt,
    bool Live);

/// <summary>Deliveries that failed for good, and those of them that may be put back into the queue.</summary>
public sealed class DeadLetters(Database database, LongLists longLists)
{
    /// <summary>The most that one call puts back.</summary>
    public const int MaxAtOnce = 1_000;

    private static readonly string Pick = SqlText.Statement("dead_letters_pick");

    private readonly ListStatements statements = new(database, SqlText.Statement("dead_letters_list"), SqlText.Statement("dead_letters_count"));

    public async Task<PageResult<DeadLetter>> ListAsync(TenantId tenant, DeadLetterFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        // The index has everything but the code.
        var isIndexed = filter.Code is null;
        var result = await ListScan.ReadAsync<DeadLetter>(page, letter => letter.Id.Value, isExact: false, isIndexed ? PageRequest.Reach : PageRequest.ScanLimit, ReadAsync);
        return page.IsNumbered && result.Total is null && isIndexed
            ? result.With(await longLists.TotalAsync(tenant, filter, CountAsync, cancellationToken), page)
            : result;

        Task<ListStepResult<DeadLetter>> ReadAsync(ListStep step) => statements.ReadAsync(
            tenant, [.. Bounds(tenant, filter, step.After, step.Rows), Parameter.Text(filter.Code), Parameter.Number(step.Offset), Parameter.Number(step.Take)], Read, cancellationToken);

        Task<ListTotal> CountAsync(CancellationToken token) => statements.CountAsync(
            tenant, Bounds(tenant, filter, null, PageRequest.Reach + 1), Total, token);
    }

    /// <summary>The oldest that match, at most <paramref name="max"/>.</summary>
    public async Task<IReadOnlyList<Guid>> PickAsync(TenantId tenant, DeadLetterFilter filter, int max, CancellationToken cancellationToken)
    {
        var picked = new List<Guid>();
        await using (var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken))
        {
            batch.Add(tenant, Pick, [.. Bounds(tenant, filter, null, PageRequest.Reach), Parameter.Text(filter.Code), Parameter.Number(max)]);
            await batch.CommitAsync(row => picked.Add(row.GetGuid(0)), cancellationToken);
        }

        return picked;
    }

    private static NpgsqlParameter[] Bounds(TenantId tenant, DeadLetterFilter filter, Guid? after, int max)
    {
        var range = IdRange.Of(filter.Since, filter.Until).Until(after);
        return
        [
            Parameter.Id(tenant.Value),
            Parameter.Id(range.From),
            Parameter.Id(range.Before),
            Parameter.Number(max),
            Parameter.Modes(filter.Live),
            Parameter.Small((short?)filter.Channel),
            Parameter.Small((short?)filter.Kind),
        ];
    }

    /// <summary>Those of a chain are not counted, because the index does not show whether they are dead letters: with any of them there are at least as many as the total says.</summary>
    private static ListTotal Total(NpgsqlDataReader row)
    {
        var total = ListTotal.Of(looked: row.GetInt64(0), matching: row.GetInt64(1));
        return row.GetInt64(2) == 0 ? total : total with { IsExact = false };
    }

    private static DeadLetter Read(NpgsqlDataReader row) => new(
        new DeliveryId(row.GetGuid(3)),
        NotificationRows.Text(row, 4),
        row.IsDBNull(6) ? null : new PinnedTemplate(NotificationRows.Text(row, 5) ?? "", row.GetInt32(6)),
        row.IsDBNull(7) ? Priority.Normal : (Priority)row.GetInt16(7),
        row.GetInt16(8),
        row.GetBoolean(9),
        NotificationRows.Provider(row, 10),
        NotificationRows.FailureAt(row, 12),
        NotificationRows.Time(row, 15),
        NotificationRows.Time(row, 16),
        row.GetBoolean(17));
}
