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

/// <summary>Deliveries that failed for good, and putting them back into the queue.</summary>
public sealed class DeadLetters(Database database, NotificationCommands commands)
{
    /// <summary>The most that one call puts back.</summary>
    public const int MostAtOnce = 1_000;

    private static readonly string List = SqlText.Statement("dead_letters_list");
    private static readonly string Pick = SqlText.Statement("dead_letters_pick");

    public async Task<ListPart<DeadLetter>> ListAsync(TenantId tenant, DeadLetterFilter filter, ListSlice slice, CancellationToken cancellationToken)
    {
        var letters = new List<DeadLetter>();
        (long Hits, long Candidates, Guid? Last) counts = default;
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, List, [.. Filter(tenant, filter, slice.After), Number(slice.Offset), Number(slice.Limit + 1)]);
        await batch.CommitAsync(
            row =>
            {
                counts = (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetGuid(2));
                if (!row.IsDBNull(3))
                    letters.Add(Read(row));
            },
            cancellationToken);
        return ListPart<DeadLetter>.Of(letters, letter => letter.Id.Value, slice, counts.Hits, counts.Candidates, counts.Last, ListSlice.Window);
    }

    /// <summary>The oldest that match, at most <paramref name="most"/>.</summary>
    public async Task<IReadOnlyList<DeliveryChange>> RequeueAsync(TenantId tenant, DeadLetterFilter filter, int most, CancellationToken cancellationToken)
    {
        var picked = new List<Guid>();
        await using (var batch = await TenantBatch.OpenAsync(database.App, cancellationToken))
        {
            batch.Add(tenant, Pick, [.. Filter(tenant, filter, null), Number(most)]);
            await batch.CommitAsync(row => picked.Add(row.GetGuid(0)), cancellationToken);
        }

        return picked.Count == 0 ? [] : await commands.RequeueAsync(tenant, picked, cancellationToken);
    }

    private static NpgsqlParameter[] Filter(TenantId tenant, DeadLetterFilter filter, Guid? after)
    {
        var range = IdRange.Of(filter.Since, filter.Until).Until(after);
        return
        [
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            new NpgsqlParameter<Guid> { TypedValue = range.From },
            new NpgsqlParameter<Guid> { TypedValue = range.Before },
            Number(ListSlice.Window),
            NotificationList.Small((short?)filter.Channel),
            NotificationList.Small((short?)filter.Kind),
            NotificationList.Text(filter.Code),
        ];
    }

    private static NpgsqlParameter<int> Number(int number) => new() { TypedValue = number };

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
