using Npgsql;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>Which failed deliveries are wanted; what is null does not matter.</summary>
public sealed record DeadLetterFilter(ChannelKind? Channel, FailureKind? Kind, string? Code, DateTimeOffset? Since, DateTimeOffset? Until);

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
    DateTimeOffset? FailedAt);

/// <summary>Deliveries that failed for good, and those of them that may be put back into the queue.</summary>
public sealed class DeadLetters(Database database, LongLists longLists)
{
    /// <summary>The most that one call puts back.</summary>
    public const int MostAtOnce = 1_000;

    private static readonly string List = SqlText.Statement("dead_letters_list");
    private static readonly string Count = SqlText.Statement("dead_letters_count");
    private static readonly string Pick = SqlText.Statement("dead_letters_pick");

    public async Task<PageResult<DeadLetter>> ListAsync(TenantId tenant, DeadLetterFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        // The index has everything but the code.
        var result = await ListScan.ReadAsync<DeadLetter>(
            page, letter => letter.Id.Value, isExact: false, filter.Code is null ? PageRequest.Reach : PageRequest.ScanLimit, step => ReadAsync(tenant, filter, step, cancellationToken));
        return page.IsNumbered && result.Total is null && filter.Code is null
            ? result.With(await longLists.TotalAsync(tenant, filter, token => CountAsync(tenant, filter, token), cancellationToken), page)
            : result;
    }

    private async Task<ListStepResult<DeadLetter>> ReadAsync(TenantId tenant, DeadLetterFilter filter, ListStep step, CancellationToken cancellationToken)
    {
        var letters = new List<DeadLetter>();
        (long Hits, long LookedAt, Guid? Last) counts = default;
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, List, [.. Bounds(tenant, filter, step.After, step.Rows), Parameter.Text(filter.Code), Parameter.Number(step.Offset), Parameter.Number(step.Take)]);
        await batch.CommitAsync(
            row =>
            {
                counts = (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetGuid(2));
                if (!row.IsDBNull(3))
                    letters.Add(Read(row));
            },
            cancellationToken);
        return new ListStepResult<DeadLetter>(letters, (int)counts.Hits, (int)counts.LookedAt, counts.Last);
    }

    /// <summary>Those of a chain are not counted, because the index does not tell whether they are dead letters: with any of them there are at least as many as the total says.</summary>
    private async Task<ListTotal> CountAsync(TenantId tenant, DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        var total = new ListTotal(0, IsExact: true);
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, Count, Bounds(tenant, filter, null, PageRequest.Reach + 1));
        await batch.CommitAsync(
            row => total = new ListTotal(
                (int)Math.Min(row.GetInt64(1), PageRequest.Reach), row.GetInt64(0) <= PageRequest.Reach && row.GetInt64(2) == 0),
            cancellationToken);
        return total;
    }

    /// <summary>The oldest that match, at most <paramref name="most"/>.</summary>
    public async Task<IReadOnlyList<Guid>> PickAsync(TenantId tenant, DeadLetterFilter filter, int most, CancellationToken cancellationToken)
    {
        var picked = new List<Guid>();
        await using (var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken))
        {
            batch.Add(tenant, Pick, [.. Bounds(tenant, filter, null, PageRequest.Reach), Parameter.Text(filter.Code), Parameter.Number(most)]);
            await batch.CommitAsync(row => picked.Add(row.GetGuid(0)), cancellationToken);
        }

        return picked;
    }

    private static NpgsqlParameter[] Bounds(TenantId tenant, DeadLetterFilter filter, Guid? after, int most)
    {
        var range = IdRange.Of(filter.Since, filter.Until).Until(after);
        return
        [
            Parameter.Id(tenant.Value),
            Parameter.Id(range.From),
            Parameter.Id(range.Before),
            Parameter.Number(most),
            Parameter.Small((short?)filter.Channel),
            Parameter.Small((short?)filter.Kind),
        ];
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
        NotificationRows.Time(row, 16));
}
