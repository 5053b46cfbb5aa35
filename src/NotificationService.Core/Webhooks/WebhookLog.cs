using Npgsql;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>What was sent to an endpoint and what came of it. However much there is, a page looks at a bounded number of rows.</summary>
public sealed class WebhookLog(Database database, LongLists longLists)
{
    private const int MaxAttempts = 50;
    private const int MaxOfBody = 1000;

    private static readonly string List = SqlText.Statement("webhook_messages_list");
    private static readonly string Count = SqlText.Statement("webhook_messages_count");
    private static readonly string Find = SqlText.Statement("webhook_messages_find");

    /// <summary>The newest first, of each answer the beginning.</summary>
    public async Task<PageResult<WebhookMessage>> ListAsync(TenantId tenant, Guid endpoint, WebhookMessageFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        var isIndexed = filter is { State: null, Type: null };
        var result = await ListScan.ReadAsync<WebhookMessage>(
            page, message => message.Id, isIndexed, PageRequest.ScanLimit, step => ReadAsync(tenant, endpoint, filter, step, cancellationToken));
        return page.IsNumbered && result.Total is null && isIndexed
            ? result.With(await longLists.TotalAsync(tenant, (endpoint, filter.Live), token => CountAsync(tenant, endpoint, filter.Live, token), cancellationToken), page)
            : result;
    }

    private async Task<ListStepResult<WebhookMessage>> ReadAsync(TenantId tenant, Guid endpoint, WebhookMessageFilter filter, ListStep step, CancellationToken cancellationToken)
    {
        var rows = new Rows(withBounds: true);
        await RunAsync(
            tenant, rows, List, cancellationToken,
            Parameter.Id(tenant.Value),
            Parameter.Id(endpoint),
            Parameter.Before(step.After),
            Parameter.Number(step.Rows),
            Parameter.Small((short?)filter.State),
            Parameter.Text(filter.Type),
            Parameter.Number(step.Take),
            Parameter.Number(MaxOfBody),
            Parameter.Number(MaxAttempts),
            Parameter.Number(step.Offset),
            new NpgsqlParameter<bool> { TypedValue = filter.State is MessageState.Failed or MessageState.Dropped },
            Parameter.Modes(filter.Live));
        return new ListStepResult<WebhookMessage>(rows.Messages, (int)rows.Matching, (int)rows.Looked, rows.Last);
    }

    private async Task<ListTotal> CountAsync(TenantId tenant, Guid endpoint, bool? live, CancellationToken cancellationToken)
    {
        var total = new ListTotal(0, IsExact: true);
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, Count, Parameter.Id(tenant.Value), Parameter.Id(endpoint), Parameter.Number(PageRequest.Reach + 1), Parameter.Modes(live));
        await batch.CommitAsync(row => total = ListTotal.Of(row.GetInt64(0)), cancellationToken);
        return total;
    }

    /// <summary>With everything that is kept of it; null if the endpoint has no such message.</summary>
    /// <param name="live">The one mode that it may be of; null for either.</param>
    public async Task<WebhookMessage?> FindAsync(TenantId tenant, Guid endpoint, Guid message, bool? live, CancellationToken cancellationToken)
    {
        var rows = new Rows(withBounds: false);
        await RunAsync(
            tenant, rows, Find, cancellationToken,
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            new NpgsqlParameter<Guid> { TypedValue = endpoint },
            new NpgsqlParameter<Guid> { TypedValue = message },
            new NpgsqlParameter<int> { TypedValue = MaxAttempts },
            Parameter.Modes(live));
        return rows.Messages.SingleOrDefault();
    }

    private async Task RunAsync(TenantId tenant, Rows rows, string sql, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
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
                (Looked, Last, Matching) = (row.GetInt64(24), row.IsDBNull(25) ? null : row.GetGuid(25), row.GetInt64(26));
            if (row.IsDBNull(0))
                return;
            if (Messages.Count == 0 || Messages[^1].Id != row.GetGuid(0))
            {
                Close();
                Messages.Add(Message(row));
            }

            if (!row.IsDBNull(14))
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
            row.GetFieldValue<DateTimeOffset>(8), row.GetFieldValue<DateTimeOffset>(9), Time(row, 10), Time(row, 11), Text(row, 12), row.GetBoolean(13), []);

        private static WebhookAttempt Attempt(NpgsqlDataReader row) => new(
            row.GetInt16(14), row.GetFieldValue<DateTimeOffset>(15), row.GetInt32(16), row.GetInt16(17), row.IsDBNull(18) ? null : row.GetInt16(18), Text(row, 19),
            row.GetString(20), Text(row, 21), Text(row, 22), Time(row, 23));

        private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

        private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
    }
}
