using System.Text.Json;
using Npgsql;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>The statements of the webhook worker.</summary>
internal sealed class WebhookStore(Database database, WebhookOptions options, TimeProvider time)
{
    private const int MostEndpoints = 1_000;

    /// <summary>Calls of one message that fail before the tenant is told.</summary>
    private const int WarnsAfter = 4;

    private static readonly string Claim = SqlText.Statement("webhook_messages_claim");
    private static readonly string Complete = SqlText.Statement("webhook_messages_complete");
    private static readonly string Note = SqlText.Statement("webhook_endpoints_note");

    private Guid after = Guid.Empty;

    /// <summary>Whether the last claim has not yet seen every endpoint that has something due.</summary>
    public bool IsMidway => after != Guid.Empty;

    /// <summary>Called by one loop only: it remembers how far it came.</summary>
    public async Task<IReadOnlyList<ClaimedMessage>> ClaimAsync(EndpointLimits limits, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        await using var command = database.Worker.CreateCommand(Claim);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MostEndpoints });
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = limits.Endpoints });
        command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = limits.Most });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limits.Others });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limits.InAll });
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = options.Lease });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var claimed = new List<ClaimedMessage>();
        after = Guid.Empty;
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.IsDBNull(0))
            {
                after = reader.GetInt32(2) == 1 ? reader.GetGuid(1) : Guid.Empty;
                continue;
            }

            claimed.Add(new ClaimedMessage(
                reader.GetGuid(0), new TenantId(reader.GetGuid(1)), reader.GetInt32(2), reader.GetGuid(3), reader.GetString(4), reader.GetString(5),
                reader.GetInt16(6), reader.GetInt16(7), began));
        }

        return claimed;
    }

    /// <summary>Many outcomes in one commit. Answers the messages of which the outcome stands; the others were no longer ours.</summary>
    public async Task<IReadOnlySet<Guid>> CompleteAsync(IReadOnlyList<MessageOutcome> outcomes, CancellationToken cancellationToken)
    {
        var written = new HashSet<Guid>(outcomes.Count);
        await using var batch = await TenantBatch.OpenAsync(database.Worker, cancellationToken);
        foreach (var tenant in outcomes.GroupBy(outcome => outcome.Message.Tenant).OrderBy(group => group.Key.Value))
        {
            batch.Add(tenant.Key, Complete, Outcomes(tenant.Key, [.. tenant]));
            if (tenant.Any(outcome => outcome.Answer is not null))
                batch.Add(tenant.Key, Note, Health(tenant.Key, [.. tenant.Where(outcome => outcome.Answer is not null).GroupBy(outcome => outcome.Message.Endpoint)]));
        }

        await batch.CommitAsync(
            row =>
            {
                if (row.FieldCount == 1)
                    written.Add(row.GetGuid(0));
            },
            cancellationToken);
        return written;
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
            Of(outcome => outcome.Answer is not null),
            Of(outcome => outcome.Answer?.Exchange.StartedAt),
            Of(outcome => (int?)outcome.Answer?.Exchange.Duration.TotalMilliseconds),
            Of(outcome => outcome.Answer switch { null => (short?)null, WebhookAnswer.Delivered => (short)1, WebhookAnswer.Gone => (short)3, _ => (short)2 }),
            Of(outcome => (short?)outcome.Answer?.Exchange.Status),
            Of(outcome => (outcome.Answer as WebhookAnswer.Failed)?.Reason),
            Of(outcome => outcome.Answer is { } answer ? Headers(answer.Exchange.RequestHeaders) : null),
            Of(outcome => outcome.Answer?.Exchange.Body),
            Of(outcome => outcome.Answer?.Exchange.ResponseHeaders is { } headers ? Headers(headers) : null),
        ];

        NpgsqlParameter<T[]> Of<T>(Converter<MessageOutcome, T> column) => new() { TypedValue = Array.ConvertAll(outcomes, column) };
    }

    private static NpgsqlParameter[] Health(TenantId tenant, IGrouping<Guid, MessageOutcome>[] endpoints)
    {
        return
        [
            new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
            Of(endpoint => endpoint.Key),
            Of(endpoint => endpoint.Any(outcome => outcome.State == MessageState.Delivered)),
            Of(endpoint => endpoint.Count(outcome => outcome.State != MessageState.Delivered)),
            Of(endpoint => endpoint.Max(outcome => outcome.State == MessageState.Delivered ? 0 : outcome.Message.Attempts + 1 - outcome.Message.FirstAttempt)),
            Of(endpoint => endpoint.Select(outcome => outcome.Disable).FirstOrDefault(disable => disable is not null)),
            new NpgsqlParameter<int> { TypedValue = WarnsAfter },
            new NpgsqlParameter<TimeSpan> { TypedValue = WebhookOptions.DisabledAfter },
        ];

        NpgsqlParameter<T[]> Of<T>(Converter<IGrouping<Guid, MessageOutcome>, T> column) => new() { TypedValue = Array.ConvertAll(endpoints, column) };
    }

    private static string Headers(IReadOnlyList<WebhookHeader> headers) =>
        JsonSerializer.Serialize(
            headers.GroupBy(header => header.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(group => group.Key, group => string.Join(", ", group.Select(header => header.Value))),
            WebhookJson.Default.DictionaryStringString);
}
