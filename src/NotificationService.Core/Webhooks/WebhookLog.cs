using Npgsql;
using NpgsqlTypes;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>What was sent to an endpoint and what came of it. However much there is, a page looks at a bounded number of rows.</summary>
public sealed class WebhookLog(Database database)
{
    /// <summary>The most rows that one page looks at. Numbered pages end there and count no further; a walk by cursor goes on from there.</summary>
    public const int Window = 10_000;

    private const int MostAttempts = 50;
    private const int MostOfBody = 1000;

    private static readonly Guid Beginning = Guid.Parse("ffffffff-ffff-ffff-ffff-ffffffffffff");
    private static readonly string List = SqlText.Statement("webhook_messages_list");
    private static readonly string Find = SqlText.Statement("webhook_messages_find");

    /// <summary>The newest first, of each answer the beginning; how many there are, at most <see cref="Window"/>; and where the walk goes on, if it does.</summary>
    /// <param name="after">For a walk by cursor the id after which it goes on.</param>
    /// <param name="counted">Whether the whole is counted, and <paramref name="offset"/> left out of it.</param>
    public async Task<(IReadOnlyList<WebhookMessage> Messages, long Total, Guid? Next)> ListAsync(
        TenantId tenant, Guid endpoint, WebhookMessageFilter filter, Guid? after, bool counted, int offset, int limit, CancellationToken cancellationToken)
    {
        var window = filter is { State: null, Type: null } && !counted ? limit + 1 : Window;
        var rows = new Rows(withBounds: true);
        await RunAsync(
            tenant, rows, List, cancellationToken,
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            new NpgsqlParameter<Guid> { TypedValue = endpoint },
            new NpgsqlParameter<Guid> { TypedValue = after ?? Beginning },
            new NpgsqlParameter<int> { TypedValue = window },
            new NpgsqlParameter { Value = (short?)filter.State ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint },
            new NpgsqlParameter { Value = filter.Type ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new NpgsqlParameter<int> { TypedValue = limit + 1 },
            new NpgsqlParameter<int> { TypedValue = MostOfBody },
            new NpgsqlParameter<int> { TypedValue = MostAttempts },
            new NpgsqlParameter<int> { TypedValue = counted ? offset : 0 });
        if (rows.Messages.Count > limit)
            return ([.. rows.Messages.Take(limit)], rows.Matching, rows.Messages[limit - 1].Id);
        return (rows.Messages, rows.Matching, rows.Looked >= window ? rows.Last : null);
    }

    /// <summary>With everything that is kept of it; null if the endpoint has no such message.</summary>
    public async Task<WebhookMessage?> FindAsync(TenantId tenant, Guid endpoint, Guid message, CancellationToken cancellationToken)
    {
        var rows = new Rows(withBounds: false);
        await RunAsync(
            tenant, rows, Find, cancellationToken,
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            new NpgsqlParameter<Guid> { TypedValue = endpoint },
            new NpgsqlParameter<Guid> { TypedValue = message },
            new NpgsqlParameter<int> { TypedValue = MostAttempts });
        return rows.Messages.SingleOrDefault();
    }

    private async Task RunAsync(TenantId tenant, Rows rows, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var batch = await TenantBatch.OpenAsync(database.App, cancellationToken);
        batch.Add(tenant, sql, parameters);
        await batch.CommitAsync(rows.Add, cancellationToken);
        rows.Close();
    }

    /// <summary>Rows of message and attempt, the attempts of one message together.</summary>
    private sealed class Rows(bool withBounds)
    {
        private readonly List<WebhookAttempt> attempts = [];

        public List<WebhookMessage> Messages { get; } = [];

        public long Looked { get; private set; }

        public Guid? Last { get; private set; }

        public long Matching { get; private set; }

        public void Add(NpgsqlDataReader row)
        {
            if (withBounds)
                (Looked, Last, Matching) = (row.GetInt64(23), row.IsDBNull(24) ? null : row.GetGuid(24), row.GetInt64(25));
            if (row.IsDBNull(0))
                return;
            if (Messages.Count == 0 || Messages[^1].Id != row.GetGuid(0))
            {
                Close();
                Messages.Add(Message(row));
            }

            if (!row.IsDBNull(13))
                attempts.Add(Attempt(row));
        }

        public void Close()
        {
            if (attempts.Count > 0)
                Messages[^1] = Messages[^1] with { Attempts = [.. attempts] };
            attempts.Clear();
        }

        private static WebhookMessage Message(NpgsqlDataReader row) => new(
            row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetGuid(3), row.GetInt32(4), (MessageState)row.GetInt16(5), Text(row, 6), row.GetInt16(7),
            row.GetFieldValue<DateTimeOffset>(8), row.GetFieldValue<DateTimeOffset>(9), Time(row, 10), Time(row, 11), Text(row, 12), []);

        private static WebhookAttempt Attempt(NpgsqlDataReader row) => new(
            row.GetInt16(13), row.GetFieldValue<DateTimeOffset>(14), row.GetInt32(15), row.GetInt16(16), row.IsDBNull(17) ? null : row.GetInt16(17), Text(row, 18),
            row.GetString(19), Text(row, 20), Text(row, 21), Time(row, 22));

        private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

        private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
    }
}
