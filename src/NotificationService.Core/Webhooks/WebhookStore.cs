using System.Text.Json;
using Npgsql;
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

    private static readonly string Claim = SqlText.Statement("webhook_messages_claim");
    private static readonly string Complete = SqlText.Statement("webhook_messages_complete");
    private static readonly string DeadLetter = SqlText.Statement("webhook_messages_dead_letter");
    private static readonly string Note = SqlText.Statement("webhook_endpoints_note");

    private readonly DueWatermarks watermarks = new(1, time);
    private Guid after = Guid.Empty;

    /// <summary>Whether the last claim has not yet seen every endpoint that has something due.</summary>
    public bool IsMidway => after != Guid.Empty;

    /// <summary>Called by one loop only: it remembers how far it came.</summary>
    public async Task<IReadOnlyList<ClaimedMessage>> ClaimAsync(EndpointLimits limits, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        await using var command = database.Worker.CreateCommand(Claim);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MaxEndpoints });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = limits.Endpoints });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = limits.Max });
        command.Parameters.Add(new NpgsqlParameter<bool[]> { TypedValue = limits.Slow });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = limits.Turns });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limits.Others });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limits.InAll });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limits.SlowInAll });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = limits.Tenants });
        command.Parameters.Add(new NpgsqlParameter<bool[]> { TypedValue = limits.SlowCalls });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = limits.Calls });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Lease });
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = watermarks.Begin()[0] });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var claimed = new List<ClaimedMessage>();
        var (start, walk) = (after, default(DueWalk));
        after = Guid.Empty;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.IsDBNull(0))
            {
                var wasCutShort = reader.GetInt32(2) == 1;
                after = wasCutShort ? reader.GetGuid(1) : Guid.Empty;
                walk = new DueWalk(FromStart: start == Guid.Empty, ToEnd: !wasCutShort, reader.GetFieldValue<DateTimeOffset>(8));
                continue;
            }

            claimed.Add(new ClaimedMessage(
                reader.GetGuid(0), new TenantId(reader.GetGuid(1)), reader.GetInt32(2), reader.GetGuid(3), reader.GetString(4), reader.GetString(5),
                reader.GetInt16(6), reader.GetInt16(7), began));
        }

        watermarks.Learn([walk]);
        return claimed;
    }

    /// <summary>Many outcomes in one commit.</summary>
    public async Task<WrittenOutcomes> CompleteAsync(IReadOnlyList<MessageOutcome> outcomes, CancellationToken cancellationToken)
    {
        var (written, disabled) = (new HashSet<(Guid, int)>(outcomes.Count), new List<(Guid, string)>());
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        foreach (var tenant in outcomes.GroupBy(outcome => outcome.Message.Tenant).OrderBy(group => group.Key.Value))
        {
            batch.Add(tenant.Key, Complete, Outcomes(tenant.Key, [.. tenant]));
            if (tenant.Any(outcome => outcome.Response is not null))
                batch.Add(tenant.Key, Note, Health(tenant.Key, [.. tenant.Where(outcome => outcome.Response is not null)]));
        }

        await batch.CommitAsync(
            row =>
            {
                // What was written has two columns, who was disabled three.
                if (row.FieldCount == 2)
                    written.Add((row.GetGuid(0), row.GetInt32(1)));
                else
                    disabled.Add((row.GetGuid(0), row.GetString(1)));
            },
            cancellationToken);
        return new WrittenOutcomes(written, disabled);
    }

    /// <summary>Ends a message whose outcome the database does not take.</summary>
    public async Task DeadLetterAsync(MessageOutcome outcome, CancellationToken cancellationToken)
    {
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        batch.Add(
            outcome.Message.Tenant, DeadLetter, new NpgsqlParameter<Guid> { TypedValue = outcome.Message.Tenant.Value }, new NpgsqlParameter<Guid> { TypedValue = outcome.Message.Id },
            new NpgsqlParameter<int> { TypedValue = outcome.Message.Claims }, new NpgsqlParameter<bool> { TypedValue = outcome.State == MessageState.Delivered });
        await batch.CommitAsync(read: null, cancellationToken);
    }

    private static NpgsqlParameter[] Outcomes(TenantId tenant, MessageOutcome[] outcomes)
    {
        return
        [
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            Of(outcome => outcome.Message.Id),
            Of(outcome => outcome.Message.Claims),
            Of(outcome => (short)outcome.State),
            Of(outcome => outcome.Reason),
            Of(outcome => outcome.Wait),
            Of(outcome => outcome.Response is not null),
            Of(outcome => outcome.Response?.Exchange.StartedAt),
            Of(outcome => (int?)outcome.Response?.Exchange.Duration.TotalMilliseconds),
            Of(outcome => outcome.Response switch { null => (short?)null, WebhookResponse.Delivered => (short)1, WebhookResponse.Gone => (short)3, _ => (short)2 }),
            Of(outcome => (short?)outcome.Response?.Exchange.Status),
            Of(outcome => (outcome.Response as WebhookResponse.Failed)?.Reason),
            Of(outcome => outcome.Response is { } response ? Headers(response.Exchange.RequestHeaders) : null),
            Of(outcome => outcome.Response?.Exchange.Body),
            Of(outcome => outcome.Response?.Exchange.ResponseHeaders is { } headers ? Headers(headers) : null),
            Of(outcome => outcome.Message.FirstAttempt),
            new NpgsqlParameter<TimeSpan> { TypedValue = WebhookSchedule.FirstStep },
        ];

        NpgsqlParameter<T[]> Of<T>(Converter<MessageOutcome, T> column) => new() { TypedValue = Array.ConvertAll(outcomes, column) };
    }

    private static NpgsqlParameter[] Health(TenantId tenant, MessageOutcome[] calls)
    {
        return
        [
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            Of(call => call.Message.Id),
            Of(call => call.Message.Endpoint),
            Of(call => call.Revision),
            Of(call => call.State == MessageState.Delivered),
            Of(call => call.State == MessageState.Delivered ? 0 : call.Message.Attempts + 1 - call.Message.FirstAttempt),
            Of(call => call.Disable),
            new NpgsqlParameter<int> { TypedValue = WarnsAfter },
            new NpgsqlParameter<TimeSpan> { TypedValue = WebhookOptions.DisabledAfter },
            Of(call => call.Disable ?? FailureOf(call.Response)),
        ];

        NpgsqlParameter<T[]> Of<T>(Converter<MessageOutcome, T> column) => new() { TypedValue = Array.ConvertAll(calls, column) };
    }

    private static string? FailureOf(WebhookResponse? response) => response is not WebhookResponse.Failed failed
        ? null
        : failed is { Reason: WebhookFailure.Status, Exchange.Status: { } status } ? $"{failed.Reason} {status}" : failed.Reason;

    private static string Headers(IReadOnlyList<WebhookHeader> headers) =>
        JsonSerializer.Serialize(
            headers.GroupBy(header => header.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(group => group.Key, group => string.Join(", ", group.Select(header => header.Value))),
            WebhookJson.Default.DictionaryStringString);
}

/// <summary>What came of writing outcomes.</summary>
/// <param name="Messages">By message and claim those that stand; the others were no longer ours.</param>
/// <param name="Disabled">Endpoints that were disabled by it, and why.</param>
internal sealed record WrittenOutcomes(IReadOnlySet<(Guid Message, int Claims)> Messages, IReadOnlyList<(Guid Endpoint, string Reason)> Disabled)
{
    public bool Contains(MessageOutcome outcome) => Messages.Contains((outcome.Message.Id, outcome.Message.Claims));
}
