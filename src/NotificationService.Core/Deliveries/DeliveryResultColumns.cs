using System.Buffers;
using System.Text;
using System.Text.Json;
using Npgsql;
using NotificationService.Storage;

namespace NotificationService.Deliveries;

/// <summary>One tenant's results as the columns of <c>deliveries_complete.sql</c>: its state, attempts and timeline rows.</summary>
internal sealed class DeliveryResultColumns
{
    private readonly DeliveryResult[] results;
    private readonly AttemptRecord[] attempts;
    private readonly int[] attemptPlaces;
    private readonly List<(int Place, short Sequence, DeliveryStatus Status, DateTimeOffset At, string? Detail)> steps;

    /// <param name="ofOneTenant">In any order; they are written in the order of their ids, so that no two statements wait for each other in a circle.</param>
    public DeliveryResultColumns(IEnumerable<DeliveryResult> ofOneTenant)
    {
        results = [.. ofOneTenant.OrderBy(result => result.Delivery.Id.Value)];
        var called = Enumerable.Range(0, results.Length).Where(place => results[place].Attempt is not null).ToArray();
        attempts = Array.ConvertAll(called, place => results[place].Attempt!);
        attemptPlaces = Array.ConvertAll(called, place => place + 1);
        steps = new(2 * results.Length);
        for (var place = 1; place <= results.Length; place++)
            AddSteps(results[place - 1], place);
    }

    public NpgsqlParameter[] Parameters(Guid tenant) =>
    [
        new NpgsqlParameter<Guid> { TypedValue = tenant },
        Of(result => result.Delivery.Id.Value),
        Of(result => result.Delivery.Lease.Id),
        Of(result => (short)result.Status),
        Of(result => result.DueAt),
        Of(result => (short)(result.Attempt?.Number ?? result.Delivery.Attempts)),
        Of(result => (short?)result.Failure?.Kind),
        Of(result => result.Failure?.Code),
        Of(result => result.Failure?.Message),
        Of(result => result.Ambiguous),
        Of(result => result.Attempt?.ProviderId),
        Of(result => result.Attempt?.ProviderMessageId is { Length: > 0 } id ? id : null),
        Of(result => (short)(result is { Rescued: true, Attempt: null } ? 1 : 0)),
        Of(result => (short)Steps(result)),
        new NpgsqlParameter<int[]> { TypedValue = attemptPlaces },
        OfAttempts(attempt => (short)attempt.Number),
        OfAttempts(attempt => attempt.ProviderId),
        OfAttempts(attempt => (short)attempt.Outcome),
        OfAttempts(attempt => attempt.StartedAt),
        OfAttempts(attempt => attempt.FinishedAt),
        OfAttempts(attempt => attempt.Code),
        OfAttempts(attempt => attempt.Message),
        OfAttempts(attempt => attempt.ProviderMessageId is { Length: > 0 } id ? id : null),
        OfAttempts(attempt => (short?)attempt.Segments),
        OfSteps(step => step.Place),
        OfSteps(step => step.Sequence),
        OfSteps(step => (short)step.Status),
        OfSteps(step => step.At),
        OfSteps(step => step.Detail),
        OfAttempts(attempt => (short?)attempt.Encoding),
        Of(result => result.Devices?.ToJson()),
        Of(result => (short?)result.Attempt?.Segments),
        Of(result => (short?)result.Attempt?.Encoding),
    ];

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

    private NpgsqlParameter<T[]> Of<T>(Converter<DeliveryResult, T> column) => new() { TypedValue = Array.ConvertAll(results, column) };

    private NpgsqlParameter<T[]> OfAttempts<T>(Converter<AttemptRecord, T> column) => new() { TypedValue = Array.ConvertAll(attempts, column) };

    private NpgsqlParameter<T[]> OfSteps<T>(Func<(int Place, short Sequence, DeliveryStatus Status, DateTimeOffset At, string? Detail), T> column) =>
        new() { TypedValue = [.. steps.Select(column)] };
}
