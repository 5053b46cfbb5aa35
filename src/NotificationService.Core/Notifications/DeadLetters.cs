using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

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

    private static readonly Statement Pick = Statement.Load("dead_letters_pick");

    private static readonly Statement Count = Statement.Load("dead_letters_count");
    private static readonly ListStatement List = new("dead_letters_list");
    private static readonly Column Picked = Pick.Column("id");

    private readonly ListStatements statements = new(database);

    public async Task<PageResult<DeadLetter>> ListAsync(TenantId tenant, DeadLetterFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        // The index has everything but the code.
        var isIndexed = filter.Code is null;
        var result = await ListScan.ReadAsync<DeadLetter>(page, letter => letter.Id.Value, isExact: false, isIndexed ? PageRequest.Reach : PageRequest.ScanLimit, ReadAsync);
        return page.IsNumbered && result.Total is null && isIndexed
            ? result.With(await longLists.TotalAsync(tenant, filter, CountAsync, cancellationToken), page)
            : result;

        Task<ListStepResult<DeadLetter>> ReadAsync(ListStep step) => statements.ReadAsync(
            tenant, List, List.With([.. Bounds(tenant, filter, step.After, step.Rows), Parameter.OrNull("failure_code", filter.Code), Parameter.Of("offset", step.Offset), Parameter.Of("take", step.Take)]), Read, cancellationToken);

        Task<ListTotal> CountAsync(CancellationToken token) => statements.CountAsync(
            tenant, Count.With(Bounds(tenant, filter, null, PageRequest.Reach + 1)), Total, token);
    }

    /// <summary>The oldest that match, at most <paramref name="max"/>.</summary>
    public async Task<IReadOnlyList<Guid>> PickAsync(TenantId tenant, DeadLetterFilter filter, int max, CancellationToken cancellationToken)
    {
        var picked = new List<Guid>();
        await using (var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken))
        {
            batch.Add(tenant, Pick.With([.. Bounds(tenant, filter, null, PageRequest.Reach), Parameter.OrNull("failure_code", filter.Code), Parameter.Of("max", max)]));
            await batch.CommitAsync(row => picked.Add(row.GetGuid(Picked)), cancellationToken);
        }

        return picked;
    }

    private static Parameter[] Bounds(TenantId tenant, DeadLetterFilter filter, Guid? after, int max)
    {
        var range = IdRange.Of(filter.Since, filter.Until).Until(after);
        return
        [
            Parameter.Of("tenant", tenant.Value),
            Parameter.Of("from_id", range.From),
            Parameter.Of("before_id", range.Before),
            Parameter.Of("max_rows", max),
            Parameter.Modes("modes", filter.Live),
            Parameter.OrNull("channel", (short?)filter.Channel),
            Parameter.OrNull("failure_kind", (short?)filter.Kind),
        ];
    }

    /// <summary>Those of a chain are not counted, because the index does not show whether they are dead letters: with any of them there are at least as many as the total says.</summary>
    private static ListTotal Total(NpgsqlDataReader row)
    {
        var total = ListTotal.Of(looked: row.GetInt64(Counted.LookedAt), matching: row.GetInt64(Counted.Hits));
        return row.GetInt64(Counted.OfChains) == 0 ? total : total with { IsExact = false };
    }

    private static DeadLetter Read(NpgsqlDataReader row) => new(
        new DeliveryId(row.GetGuid(Columns.Id)),
        row.GetStringOrNull(Columns.Reference),
        row.IsDBNull(Columns.TemplateVersion) ? null : new PinnedTemplate(row.GetStringOrNull(Columns.Template) ?? "", row.GetInt32(Columns.TemplateVersion)),
        row.IsDBNull(Columns.Priority) ? Priority.Normal : (Priority)row.GetInt16(Columns.Priority),
        row.GetInt16(Columns.Attempts),
        row.GetBoolean(Columns.Ambiguous),
        NotificationRows.Provider(row, Columns.ProviderId, Columns.Provider),
        NotificationRows.FailureAt(row, Columns.FailureKind, Columns.FailureCode, Columns.FailureMessage),
        row.GetOrNull<DateTimeOffset>(Columns.CreatedAt),
        row.GetOrNull<DateTimeOffset>(Columns.FailedAt),
        row.GetBoolean(Columns.Live));

    private static class Columns
    {
        public static readonly Column
            Id = List.Column("id"), Reference = List.Column("reference"), Template = List.Column("template"), TemplateVersion = List.Column("template_version"),
            Priority = List.Column("priority"), Attempts = List.Column("attempts"), Ambiguous = List.Column("ambiguous"),
            ProviderId = List.Column("provider_id"), Provider = List.Column("provider"), FailureKind = List.Column("failure_kind"),
            FailureCode = List.Column("failure_code"), FailureMessage = List.Column("failure_message"), CreatedAt = List.Column("created_at"),
            FailedAt = List.Column("failed_at"), Live = List.Column("live");
    }

    private static class Counted
    {
        public static readonly Column
            LookedAt = Count.Column("looked_at"), Hits = Count.Column("hits"), OfChains = Count.Column("of_chains");
    }
}
