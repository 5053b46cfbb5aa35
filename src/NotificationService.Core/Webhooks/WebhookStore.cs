using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>The statements of the webhook worker.</summary>
internal sealed class WebhookStore(Database database, WebhookOptions options, TimeProvider time)
{
    private const int MaxEndpoints = 1_000;

    /// <summary>Calls of one message that fail before the tenant is notified.</summary>
    private const int WarnsAfter = 4;

    private static readonly Statement Claim = Statement.Load("webhook_messages_claim");
    private static readonly Statement Complete = Statement.Load("webhook_messages_complete");
    private static readonly Statement DeadLetter = Statement.Load("webhook_messages_dead_letter");
    private static readonly Statement Note = Statement.Load("webhook_endpoints_note");

    private readonly DueWatermarks watermarks = new(1, time);
    private Guid after = Guid.Empty;

    /// <summary>Whether the last claim has not yet seen every endpoint that has something due.</summary>
    public bool IsMidway => after != Guid.Empty;

    /// <summary>Called by one loop only: it remembers how far it came.</summary>
    public async Task<IReadOnlyList<ClaimedMessage>> ClaimAsync(EndpointLimits limits, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        await using var command = Claim.With(
            Parameter.Of("after", after),
            Parameter.Of("max_endpoints", MaxEndpoints),
            Parameter.Of("endpoints", limits.Endpoints),
            Parameter.Of("endpoint_max", limits.Max),
            Parameter.Of("slow", limits.Slow),
            Parameter.Of("turns", limits.Turns),
            Parameter.Of("other_max", limits.Others),
            Parameter.Of("max", limits.InAll),
            Parameter.Of("slow_max", limits.SlowInAll),
            Parameter.Of("tenants", limits.Tenants),
            Parameter.Of("tenant_slow", limits.SlowCalls),
            Parameter.Of("tenant_calls", limits.Calls),
            Parameter.Of("lease_time", options.Lease),
            Parameter.Of("watermark", watermarks.Begin()[0])).On(database.Worker);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var claimed = new List<ClaimedMessage>();
        var (start, walk) = (after, default(DueWalk));
        after = Guid.Empty;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.IsDBNull(Claimed.Id))
            {
                var wasCutShort = reader.GetInt32(Claimed.Claims) == 1;
                after = wasCutShort ? reader.GetGuid(Claimed.TenantId) : Guid.Empty;
                walk = new DueWalk(FromStart: start == Guid.Empty, ToEnd: !wasCutShort, reader.GetTime(Claimed.DueAt));
                continue;
            }

            claimed.Add(new ClaimedMessage(
                reader.GetGuid(Claimed.Id), new TenantId(reader.GetGuid(Claimed.TenantId)), reader.GetInt32(Claimed.Claims), reader.GetGuid(Claimed.EndpointId), reader.GetString(Claimed.EventId), reader.GetString(Claimed.Body),
                reader.GetInt16(Claimed.Attempts), reader.GetInt16(Claimed.FirstAttempt), began));
        }

        watermarks.Learn([walk]);
        return claimed;
    }

    /// <summary>Many outcomes in one commit.</summary>
    public async Task<WrittenOutcomes> CompleteAsync(IReadOnlyList<MessageOutcome> outcomes, CancellationToken cancellationToken)
    {
        var (written, disabled) = (new HashSet<(Guid, int)>(outcomes.Count), new List<(Guid, string)>());
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        var tenants = TenantSet.Of(outcomes.Select(outcome => outcome.Message.Tenant));
        batch.Add(tenants, Outcomes([.. outcomes]));
        if (Telling(outcomes.Where(outcome => outcome.Response is not null)).ToArray() is { Length: > 0 } calls)
            batch.Add(tenants, Health(calls));
        await batch.CommitAsync(
            row =>
            {
                // Who was disabled has a reason, and what was written its claim.
                if (Noted.DisabledFor.IsIn(row))
                    disabled.Add((row.GetGuid(Noted.Id), row.GetString(Noted.DisabledFor)));
                else
                    written.Add((row.GetGuid(Completed.Id), row.GetInt32(Completed.Claims)));
            },
            cancellationToken);
        return new WrittenOutcomes(written, disabled);
    }

    /// <summary>Ends a message whose outcome the database does not take.</summary>
    public async Task DeadLetterAsync(MessageOutcome outcome, CancellationToken cancellationToken)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        batch.Add(
            outcome.Message.Tenant, DeadLetter.With(Parameter.Of("tenant", outcome.Message.Tenant.Value), Parameter.Of("message", outcome.Message.Id),
            Parameter.Of("claims", outcome.Message.Claims), Parameter.Of("delivered", outcome.State == MessageState.Delivered)));
        await batch.CommitAsync(read: null, cancellationToken);
    }

    private static BoundStatement Outcomes(MessageOutcome[] outcomes)
    {
        return Complete.With(
            Of("tenants", outcome => outcome.Message.Tenant.Value),
            Of("ids", outcome => outcome.Message.Id),
            Of("claims", outcome => outcome.Message.Claims),
            Of("states", outcome => (short)outcome.State),
            Of("reasons", outcome => outcome.Reason),
            Of("pauses", outcome => outcome.Wait),
            Of("called", outcome => outcome.Response is not null),
            Of("started_at", outcome => outcome.Response?.Exchange.StartedAt),
            Of("durations", outcome => (int?)outcome.Response?.Exchange.Duration.TotalMilliseconds),
            Of("outcomes", outcome => outcome.Response switch { null => (short?)null, WebhookResponse.Delivered => (short)1, WebhookResponse.Gone => (short)3, _ => (short)2 }),
            Of("statuses", outcome => (short?)outcome.Response?.Exchange.Status),
            Of("errors", outcome => (outcome.Response as WebhookResponse.Failed)?.Reason),
            Of("request_headers", outcome => outcome.Response is { } response ? WebhookHeaders.Merged(response.Exchange.RequestHeaders) : null),
            Of("response_bodies", outcome => outcome.Response?.Exchange.Body),
            Of("response_headers", outcome => outcome.Response?.Exchange.ResponseHeaders is { } headers ? WebhookHeaders.Merged(headers) : null),
            Of("first_attempts", outcome => outcome.Message.FirstAttempt),
            Parameter.Of("first_step", WebhookSchedule.FirstStep));

        Parameter Of<T>(string name, Converter<MessageOutcome, T> column) => Parameter.Of(name, Array.ConvertAll(outcomes, column));
    }

    /// <summary>
    /// What the calls say of their endpoints: of one that took all of them the youngest says it for the others, whose claims were no less its own. Each that is
    /// given costs a look at its message.
    /// </summary>
    private static IEnumerable<MessageOutcome> Telling(IEnumerable<MessageOutcome> calls) => calls
        .GroupBy(call => (call.Message.Tenant, call.Message.Endpoint, call.Revision))
        .SelectMany(IEnumerable<MessageOutcome> (endpoint) => endpoint.All(call => call is { State: MessageState.Delivered, Disable: null }) ? [endpoint.MaxBy(call => call.Message.ClaimedAt)!] : endpoint);

    private static BoundStatement Health(MessageOutcome[] calls)
    {
        return Note.With(
            Of("tenants", call => call.Message.Tenant.Value),
            Of("messages", call => call.Message.Id),
            Of("endpoints", call => call.Message.Endpoint),
            Of("revisions", call => call.Revision),
            Of("succeeded", call => call.State == MessageState.Delivered),
            Of("used", call => call.State == MessageState.Delivered ? 0 : call.Message.Attempts + 1 - call.Message.FirstAttempt),
            Of("disable", call => call.Disable),
            Parameter.Of("warns_after", WarnsAfter),
            Parameter.Of("fails_for", WebhookOptions.DisabledAfter),
            Of("failures", call => call.Disable ?? FailureOf(call.Response)));

        Parameter Of<T>(string name, Converter<MessageOutcome, T> column) => Parameter.Of(name, Array.ConvertAll(calls, column));
    }

    private static string? FailureOf(WebhookResponse? response) => response is not WebhookResponse.Failed failed
        ? null
        : failed is { Reason: WebhookFailure.Status, Exchange.Status: { } status } ? $"{failed.Reason} {status}" : failed.Reason;

    private static class Claimed
    {
        public static readonly Column
            Id = Claim.Column("id"), TenantId = Claim.Column("tenant_id"), Claims = Claim.Column("claims"), EndpointId = Claim.Column("endpoint_id"),
            EventId = Claim.Column("event_id"), Body = Claim.Column("body"), Attempts = Claim.Column("attempts"), FirstAttempt = Claim.Column("first_attempt"),
            DueAt = Claim.Column("due_at");
    }

    private static class Completed
    {
        public static readonly Column
            Id = Complete.Column("id"), Claims = Complete.Column("claims");
    }

    private static class Noted
    {
        public static readonly Column
            Id = Note.Column("id"), DisabledFor = Note.Column("disabled_for");
    }
}

/// <summary>What came of writing outcomes.</summary>
/// <param name="Messages">By message and claim those that stand; the others were no longer ours.</param>
/// <param name="Disabled">Endpoints that were disabled by it, and why.</param>
internal sealed record WrittenOutcomes(IReadOnlySet<(Guid Message, int Claims)> Messages, IReadOnlyList<(Guid Endpoint, string Reason)> Disabled)
{
    public bool Contains(MessageOutcome outcome) => Messages.Contains((outcome.Message.Id, outcome.Message.Claims));
}
