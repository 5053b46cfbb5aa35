using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Webhooks;

/// <summary>What was sent to an endpoint and what came of it. However much there is, a page looks at a bounded number of rows.</summary>
public sealed class WebhookLog(Database database, LongLists longLists)
{
    private const int MaxAttempts = 50;
    private const int MaxOfBody = 1000;

    private static readonly Statement List = Statement.Load("webhook_messages_list");
    private static readonly Statement Count = Statement.Load("webhook_messages_count");
    private static readonly Statement Find = Statement.Load("webhook_messages_find");
    private static readonly Column Total = Count.Column("total");

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
            tenant, rows,
            List.With(
                Parameter.Of("tenant", tenant.Value),
                Parameter.Of("endpoint", endpoint),
                Parameter.Before("before_id", step.After),
                Parameter.Of("max_rows", step.Rows),
                Parameter.OrNull("state", (short?)filter.State),
                Parameter.OrNull("type", filter.Type),
                Parameter.Of("take", step.Take),
                Parameter.Of("max_body", MaxOfBody),
                Parameter.Of("max_attempts", MaxAttempts),
                Parameter.Of("offset", step.Offset),
                Parameter.Of("unsent", filter.State is MessageState.Failed or MessageState.Dropped),
                Parameter.Modes("modes", filter.Live)),
            cancellationToken);
        return new ListStepResult<WebhookMessage>(rows.Messages, (int)rows.Matching, (int)rows.Looked, rows.Last);
    }

    private async Task<ListTotal> CountAsync(TenantId tenant, Guid endpoint, bool? live, CancellationToken cancellationToken)
    {
        var total = new ListTotal(0, IsExact: true);
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, Count.With(Parameter.Of("tenant", tenant.Value), Parameter.Of("endpoint", endpoint), Parameter.Of("max", PageRequest.Reach + 1), Parameter.Modes("modes", live)));
        await batch.CommitAsync(row => total = ListTotal.Of(row.GetInt64(Total)), cancellationToken);
        return total;
    }

    /// <summary>With everything that is kept of it; null if the endpoint has no such message.</summary>
    /// <param name="live">The one mode that it may be of; null for either.</param>
    public async Task<WebhookMessage?> FindAsync(TenantId tenant, Guid endpoint, Guid message, bool? live, CancellationToken cancellationToken)
    {
        var rows = new Rows(withBounds: false);
        await RunAsync(
            tenant, rows,
            Find.With(
                Parameter.Of("tenant", tenant.Value),
                Parameter.Of("endpoint", endpoint),
                Parameter.Of("message", message),
                Parameter.Of("max_attempts", MaxAttempts),
                Parameter.Modes("modes", live)),
            cancellationToken);
        return rows.Messages.SingleOrDefault();
    }

    private async Task RunAsync(TenantId tenant, Rows rows, BoundStatement statement, CancellationToken cancellationToken)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Lists, cancellationToken);
        batch.Add(tenant, statement);
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
                (Looked, Last, Matching) = (row.GetInt64(Columns.LookedAt), row.GetOrNull<Guid>(Columns.LastLookedAt), row.GetInt64(Columns.Hits));
            if (row.IsDBNull(Columns.Id))
                return;
            if (Messages.Count == 0 || Messages[^1].Id != row.GetGuid(Columns.Id))
            {
                Close();
                Messages.Add(Message(row));
            }

            if (!row.IsDBNull(Columns.Number))
                attempts.Add(Attempt(row));
        }

        public void Close()
        {
            if (attempts.Count > 0)
                Messages[^1] = Messages[^1] with { Attempts = [.. attempts] };
            attempts.Clear();
        }

        private static WebhookMessage Message(NpgsqlDataReader row) => new(
            row.GetGuid(Columns.Id), row.GetString(Columns.EventId), row.GetString(Columns.Type), row.GetGuid(Columns.Subject), row.GetInt32(Columns.Sequence), (MessageState)row.GetInt16(Columns.State), row.GetStringOrNull(Columns.Reason), row.GetInt16(Columns.Attempts),
            row.GetTime(Columns.OccurredAt), row.GetTime(Columns.CreatedAt), row.GetOrNull<DateTimeOffset>(Columns.EndedAt), row.GetOrNull<DateTimeOffset>(Columns.NextAttemptAt), row.GetStringOrNull(Columns.Body), row.GetBoolean(Columns.Live), []);

        private static WebhookAttempt Attempt(NpgsqlDataReader row) => new(
            row.GetInt16(Columns.Number), row.GetTime(Columns.StartedAt), row.GetInt32(Columns.DurationMs), row.GetInt16(Columns.Outcome), row.GetOrNull<short>(Columns.Status), row.GetStringOrNull(Columns.Error),
            row.GetString(Columns.RequestHeaders), row.GetStringOrNull(Columns.ResponseHeaders), row.GetStringOrNull(Columns.ResponseBody), row.GetOrNull<DateTimeOffset>(Columns.NextTryAt));
    }

    /// <summary>The last three are of the list alone.</summary>
    private static class Columns
    {
        public static readonly Column
            Id = Of("id"), EventId = Of("event_id"), Type = Of("type"), Subject = Of("subject"), Sequence = Of("sequence"), State = Of("state"),
            Reason = Of("reason"), Attempts = Of("attempts"), OccurredAt = Of("occurred_at"), CreatedAt = Of("created_at"), EndedAt = Of("ended_at"),
            NextAttemptAt = Of("next_attempt_at"), Body = Of("body"), Live = Of("live"), Number = Of("number"), StartedAt = Of("started_at"),
            DurationMs = Of("duration_ms"), Outcome = Of("outcome"), Status = Of("status"), Error = Of("error"), RequestHeaders = Of("request_headers"),
            ResponseHeaders = Of("response_headers"), ResponseBody = Of("response_body"), NextTryAt = Of("next_try_at"), LookedAt = List.Column("looked_at"),
            LastLookedAt = List.Column("last_looked_at"), Hits = List.Column("hits");

        private static Column Of(string name) => new(name, List, Find);
    }
}
