using System.Buffers;
using System.Text;
using System.Text.Json;
using NotificationService.Inbox;
using NotificationService.Storage;
using Npgsql;

namespace NotificationService.Deliveries;

/// <summary>Results as the columns of <c>deliveries_complete.sql</c>: state, attempts and timeline rows.</summary>
internal sealed class DeliveryResultColumns
{
    private static readonly Statement CompleteStatement = Statement.Load("deliveries_complete", []);

    /// <summary>Where one of them leaves an item in an inbox.</summary>
    private static readonly Statement CompleteInboxStatement = Statement.Load("deliveries_complete", ["inbox"]);

    private static readonly Column Id = new("id", CompleteStatement, CompleteInboxStatement);
    private static readonly Column Lease = new("lease", CompleteStatement, CompleteInboxStatement);

    private readonly DeliveryResult[] results;
    private readonly AttemptRecord[] attempts;
    private readonly int[] attemptPlaces;
    private readonly DeliveryResult[] arriving;
    private readonly int[] itemPlaces;
    private readonly List<(int Place, short Sequence, DeliveryStatus Status, DateTimeOffset At, string? Detail)> steps;

    /// <param name="given">In any order; they are written in the order of their ids, so that no two statements wait for each other in a circle.</param>
    public DeliveryResultColumns(IEnumerable<DeliveryResult> given)
    {
        results = [.. given.OrderBy(result => result.Delivery.Id.Value)];
        var called = Enumerable.Range(0, results.Length).Where(place => results[place].Attempt is not null).ToArray();
        attempts = Array.ConvertAll(called, place => results[place].Attempt!);
        attemptPlaces = Array.ConvertAll(called, place => place + 1);
        var left = Enumerable.Range(0, results.Length).Where(place => results[place].Item is not null).ToArray();
        arriving = Array.ConvertAll(left, place => results[place]);
        itemPlaces = Array.ConvertAll(left, place => place + 1);
        steps = new(2 * results.Length);
        for (var place = 1; place <= results.Length; place++)
            AddSteps(results[place - 1], place);
    }

    /// <summary>The statement that writes them.</summary>
    public BoundStatement Complete() => Complete(arriving.Length == 0 ? CompleteStatement : CompleteInboxStatement);

    private BoundStatement Complete(Statement statement) => statement.With(
        Of("tenants", result => result.Delivery.Tenant.Value),
        Of("ids", result => result.Delivery.Id.Value),
        Of("leases", result => result.Delivery.Lease.Id),
        Of("statuses", result => (short)result.Status),
        Of("due_at", result => result.DueAt),
        Of("attempts", result => (short)(result.Attempt?.Number ?? result.Delivery.Attempts)),
        Of("failure_kinds", result => (short?)result.Failure?.Kind),
        Of("failure_codes", result => result.Failure?.Code),
        Of("failure_messages", result => result.Failure?.Message),
        Of("ambiguous", result => result.Ambiguous),
        Of("providers", result => result.Attempt?.ProviderId),
        Of("provider_message_ids", result => result.Attempt?.ProviderMessageId is { Length: > 0 } id ? id : null),
        Of("rescued", result => (short)(result is { Rescued: true, Attempt: null } ? 1 : 0)),
        Of("steps", result => (short)Steps(result)),
        Parameter.Of("item_places", itemPlaces),
        OfItems("item_users", item => item.UserId),
        OfItems("item_titles", item => StorableText.Whole(item.Title)),
        OfItems("item_bodies", item => StorableText.Whole(item.Body)),
        OfItems("item_urls", item => item.ActionUrl is { } url ? StorableText.Whole(url) : null),
        OfItems("item_actions", item => item.Actions),
        OfItems("item_categories", item => item.Category),
        Parameter.Of("item_priorities", Array.ConvertAll(arriving, result => (short)result.Delivery.Priority)),
        OfItems("item_data", item => item.Data),
        Parameter.Of("attempt_places", attemptPlaces),
        OfAttempts("attempt_numbers", attempt => (short)attempt.Number),
        OfAttempts("attempt_providers", attempt => attempt.ProviderId),
        OfAttempts("attempt_outcomes", attempt => (short)attempt.Outcome),
        OfAttempts("attempt_started", attempt => attempt.StartedAt),
        OfAttempts("attempt_finished", attempt => attempt.FinishedAt),
        OfAttempts("attempt_codes", attempt => attempt.Code),
        OfAttempts("attempt_messages", attempt => attempt.Message),
        OfAttempts("attempt_message_ids", attempt => attempt.ProviderMessageId is { Length: > 0 } id ? id : null),
        OfAttempts("attempt_segments", attempt => (short?)attempt.Segments),
        OfSteps("step_places", step => step.Place),
        OfSteps("step_sequences", step => step.Sequence),
        OfSteps("step_statuses", step => (short)step.Status),
        OfSteps("step_times", step => step.At),
        OfSteps("step_details", step => step.Detail),
        OfAttempts("attempt_encodings", attempt => (short?)attempt.Encoding),
        Of("devices", result => result.Devices?.ToJson()),
        Of("segments", result => (short?)result.Attempt?.Segments),
        Of("encodings", result => (short?)result.Attempt?.Encoding));

    /// <summary>A row of what it answers.</summary>
    public static (DeliveryId Delivery, Guid Lease) Written(NpgsqlDataReader row) => (new DeliveryId(row.GetGuid(Id)), row.GetGuid(Lease));

    /// <summary>What ended before any call never was <c>sending</c> for whoever reads the timeline.</summary>
    private static bool WasSending(DeliveryResult result) => result.Attempt is not null || result.Status == DeliveryStatus.Queued;

    private static int Steps(DeliveryResult result) => result.IsUnchanged ? 0 : WasSending(result) ? 2 : 1;

    private void AddSteps(DeliveryResult result, int place)
    {
        if (result.IsUnchanged)
            return;
        var sequence = result.Delivery.TimelineSeq;
        if (WasSending(result))
            steps.Add((place, (short)++sequence, DeliveryStatus.Sending, result.Attempt?.StartedAt ?? result.At, null));
        steps.Add((place, (short)++sequence, result.Status, result.At, Detail(result)));
    }

    private static string? Detail(DeliveryResult result)
    {
        var (code, message) = result.Failure is { } failure ? (failure.Code, failure.Message)
            : result.Reason is { } reason ? (reason.Code, reason.Message)
            : (null, null);
        if (code is null && result.Devices is null)
            return null;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (result.Failure is { } failed)
                json.WriteString("kind", failed.Kind.ToName());
            if (code is not null)
            {
                json.WriteString("code", code);
                json.WriteString("message", message);
            }

            if (result.DueAt is { } due)
                json.WriteTime("nextAttemptAt", due);
            if (result.Devices is { } devices)
            {
                json.WritePropertyName("devices");
                devices.Write(json);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private Parameter Of<T>(string name, Converter<DeliveryResult, T> column) => Parameter.Of(name, Array.ConvertAll(results, column));

    private Parameter OfItems<T>(string name, Converter<ArrivingItem, T> column) => Parameter.Of(name, Array.ConvertAll(arriving, result => column(result.Item!)));

    private Parameter OfAttempts<T>(string name, Converter<AttemptRecord, T> column) => Parameter.Of(name, Array.ConvertAll(attempts, column));

    private Parameter OfSteps<T>(string name, Func<(int Place, short Sequence, DeliveryStatus Status, DateTimeOffset At, string? Detail), T> column) =>
        Parameter.Of<T[]>(name, [.. steps.Select(column)]);
}
