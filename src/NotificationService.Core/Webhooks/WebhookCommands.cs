using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Webhooks;

/// <summary>What people have sent once more, or as a sample. All of it goes through the endpoint's queue.</summary>
public sealed class WebhookCommands(
    TenantStore store, WebhookEndpointStore endpoints, AuditLog audit, Ids ids, TimeProvider time,
    [FromKeyedServices(WakeUp.Webhooks)] WakeUp wakeUp)
{
    /// <summary>How far back a replay may begin.</summary>
    public static readonly TimeSpan LongestReplay = TimeSpan.FromDays(30);

    private static readonly Statement Resend = Statement.Load("webhook_messages_resend");
    private static readonly Statement Insert = Statement.Load("webhook_messages_insert");

    /// <summary>One message, at once and from the beginning of its schedule. One that is not of the caller's mode is not there.</summary>
    public async Task<WebhookCommandOutcome> ResendAsync(Caller by, Guid endpoint, Guid message, CancellationToken cancellationToken)
    {
        var outcome = await RunAsync(
            by, endpoint, "webhook_endpoint.message_resent", ("message", message.ToString()), new WebhookCommandOutcome.NotFound(),
            () => Resend.With(
                Parameter.Of("tenant", by.Tenant.Value),
                Parameter.Of("endpoint", endpoint),
                Parameter.Of("message", message),
                Parameter.Of("max_attempts", WebhookOptions.MaxAttemptsEver),
                Parameter.Modes("modes", by.OnlyMode)),
            row => row.IsDBNull(Resent.Enabled) || row.IsDBNull(Resent.Attempts) ? new WebhookCommandOutcome.NotFound()
                : !row.GetBoolean(Resent.Enabled) ? new WebhookCommandOutcome.Disabled()
                : row.GetInt16(Resent.Attempts) >= WebhookOptions.MaxAttemptsEver ? new WebhookCommandOutcome.TooOften()
                : new WebhookCommandOutcome.Queued(message),
            cancellationToken);
        wakeUp.Signal();
        return outcome;
    }

    /// <summary>A sample of an event that the endpoint asked for, or might ask for, as a message like any other, of the mode of whoever asks.</summary>
    /// <param name="type">Null: the first type that the endpoint asked for.</param>
    public async Task<WebhookCommandOutcome> TestAsync(Caller by, Guid id, string? type, CancellationToken cancellationToken)
    {
        if (await endpoints.FindAsync(by.Tenant, id, cancellationToken) is not { } endpoint)
            return new WebhookCommandOutcome.NotFound();
        if (!endpoint.Enabled)
            return new WebhookCommandOutcome.Disabled();
        var (message, sample) = (ids.Next(), SampleEvent.Of(by.Tenant, type ?? SampleEvent.FirstOf(endpoint.Events), ids.Next(), time.GetUtcNow()));
        var outcome = await RunAsync(
            by, id, "webhook_endpoint.tested", ("type", sample.Type), new WebhookCommandOutcome.Queued(message),
            () => Insert.With(
                Parameter.Of<Guid[]>("tenants", [by.Tenant.Value]),
                Parameter.Of<Guid[]>("ids", [message]),
                Parameter.Of<Guid[]>("endpoints", [id]),
                Parameter.Of<string[]>("events", [sample.Id]),
                Parameter.Of<string[]>("types", [sample.Type]),
                Parameter.Of<Guid[]>("subjects", [sample.Subject]),
                Parameter.Of<int[]>("sequences", [sample.Sequence]),
                Parameter.Of<DateTimeOffset[]>("occurred_at", [sample.OccurredAt]),
                Parameter.Of<string[]>("bodies", [WebhookAudience.Body(sample, endpoint.Payload == WebhookPayload.Full)]),
                Parameter.Of("again", false),
                Parameter.Of("max_attempts", WebhookOptions.MaxAttemptsEver),
                Parameter.Of<bool[]>("live", [by.Live])),
            read: null, cancellationToken);
        wakeUp.Signal();
        return outcome;
    }

    /// <summary>Everything that failed, or everything there was, in a span of time; for a service account what is of its mode. Queued bit by bit by a worker.</summary>
    public async Task<WebhookReplayOutcome> ReplayAsync(
        Caller by, Guid id, WebhookReplayMode mode, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        try
        {
            return await BeginAsync(by, id, mode, since, until, cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            return new WebhookReplayOutcome.Running();
        }
    }

    private Task<WebhookReplayOutcome> BeginAsync(Caller by, Guid id, WebhookReplayMode mode, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken) =>
        store.RunAsync<WebhookReplayOutcome>(
            by.Tenant,
            async (db, token) =>
            {
                // Two at once take turns, so that an endpoint never has two.
                await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock(hashtextextended({id.ToString()}, 15))", token);
                if (await db.Set<WebhookEndpointRow>().AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, token) is not { } endpoint)
                    return new WebhookReplayOutcome.NotFound();
                if (!endpoint.Enabled)
                    return new WebhookReplayOutcome.Disabled();
                if (await db.Set<WebhookReplayRow>().AnyAsync(row => row.EndpointId == id && row.State == WebhookReplayState.Running, token))
                    return new WebhookReplayOutcome.Running();
                var now = time.GetUtcNow();
                var replay = new WebhookReplayRow
                {
                    TenantId = by.Tenant,
                    Id = ids.Next(),
                    EndpointId = id,
                    Mode = mode,
                    Live = by.OnlyMode,
                    Since = since,
                    Until = until,
                    Reached = since,
                    State = WebhookReplayState.Running,
                    WorkedAt = now,
                    CreatedAt = now,
                };
                db.Add(replay);
                audit.Record(
                    db, by, "webhook_endpoint.replayed", $"webhook_endpoint/{id}",
                    new Dictionary<string, string> { ["mode"] = mode == WebhookReplayMode.Failed ? "failed" : "all", ["since"] = Rfc3339.Text(since), ["until"] = Rfc3339.Text(until) });
                await db.SaveChangesAsync(token);
                return new WebhookReplayOutcome.Accepted(replay);
            },
            cancellationToken);

    /// <summary>A service account sees those of its own mode: what people ask for brings back both.</summary>
    public async Task<WebhookReplayRow?> FindReplayAsync(Caller by, Guid endpoint, Guid replay, CancellationToken cancellationToken)
    {
        var row = await store.RunAsync(
            by.Tenant,
            (db, token) => db.Set<WebhookReplayRow>().AsNoTracking().SingleOrDefaultAsync(
                one => one.Id == replay && one.EndpointId == endpoint && db.Set<WebhookEndpointRow>().Any(found => found.Id == endpoint), token),
            cancellationToken);
        return by.OnlyMode is { } own && row?.Live != own ? null : row;
    }

    /// <summary>One statement, and in the same transaction who had it run, if it queued anything.</summary>
    private Task<WebhookCommandOutcome> RunAsync(
        Caller by, Guid endpoint, string action, (string Name, string Value) detail, WebhookCommandOutcome otherwise, Func<BoundStatement> statement,
        Func<NpgsqlDataReader, WebhookCommandOutcome>? read, CancellationToken cancellationToken) =>
        store.RunAsync(
            by.Tenant,
            async (db, token) =>
            {
                var outcome = otherwise;
                await using (var batch = TenantBatch.Within((NpgsqlConnection)db.Database.GetDbConnection()))
                {
                    batch.Add(by.Tenant, statement());
                    await batch.RunAsync((row, _) => outcome = read?.Invoke(row) ?? outcome, token);
                }

                if (outcome is WebhookCommandOutcome.Queued)
                    audit.Record(db, by, action, $"webhook_endpoint/{endpoint}", new Dictionary<string, string> { [detail.Name] = detail.Value });
                await db.SaveChangesAsync(token);
                return outcome;
            },
            cancellationToken);

    private static class Resent
    {
        public static readonly Column
            Enabled = Resend.Column("enabled"), Attempts = Resend.Column("attempts");
    }
}

/// <summary>What came of having one message sent.</summary>
public abstract record WebhookCommandOutcome
{
    private WebhookCommandOutcome()
    {
    }

    public sealed record Queued(Guid Message) : WebhookCommandOutcome;

    /// <summary>Nothing is sent to it until somebody enables it.</summary>
    public sealed record Disabled : WebhookCommandOutcome;

    /// <summary>One message has been sent more often than can make sense.</summary>
    public sealed record TooOften : WebhookCommandOutcome;

    public sealed record NotFound : WebhookCommandOutcome;
}
