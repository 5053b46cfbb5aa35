using System.Text.Json;
using Npgsql;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Receipts;

namespace NotificationService.Notifications;

/// <summary>
/// Each callback of a notification's deliveries: what changed a status from the timeline, which says so for as long as the notification is kept,
/// and from the receipts, as long as they are, what the provider sent and what changed nothing.
/// </summary>
internal sealed class CallbackHistory
{
    /// <summary>Of one notification; some vendors report each look at a message.</summary>
    public const int Max = 200;

    private readonly Dictionary<Guid, ReportedReceipt> receipts = [];
    private readonly List<(DeliveryId Delivery, ReceiptKind Kind, DateTimeOffset At, Guid Receipt)> engagements = [];
    private readonly HashSet<Guid> shown = [];

    public void AddReceipt(NpgsqlDataReader row) => receipts[row.GetGuid(1)] = new ReportedReceipt(
        new DeliveryId(row.GetGuid(2)),
        NotificationRows.Provider(row, 3)?.Name,
        (ReceiptKind)row.GetInt16(5),
        (ReceiptState)row.GetInt16(6),
        NotificationRows.Text(row, 7),
        row.GetFieldValue<DateTimeOffset>(8),
        row.GetFieldValue<DateTimeOffset>(9),
        NotificationRows.Text(row, 10),
        NotificationRows.Text(row, 11),
        NotificationRows.Text(row, 12));

    public void AddEngagement(NpgsqlDataReader row) =>
        engagements.Add((new DeliveryId(row.GetGuid(1)), (ReceiptKind)row.GetInt16(2), row.GetFieldValue<DateTimeOffset>(3), row.GetGuid(4)));

    /// <summary>The callback that a change of status followed from; null where it was another reason.</summary>
    public Callback? Of(TimelineStep step)
    {
        if (step.Detail is null || !step.Detail.Contains("\"receipt\"", StringComparison.Ordinal))
            return null;
        using var document = JsonDocument.Parse(step.Detail);
        var detail = document.RootElement;
        if (Text("receipt") is not { } kind)
            return null;
        Guid? id = detail.TryGetProperty("receiptId", out var value) && value.TryGetGuid(out var receipt) ? receipt : null;
        if (id is { } known)
            shown.Add(known);
        return new Callback(id, Text("provider"), kind, Text("code"), Text("message"), Time("occurredAt"), Time("receivedAt"), step.At, id is { } kept ? receipts.GetValueOrDefault(kept)?.Raw : null)
        {
            IsTestAddress = Text("suppression") == ReceiptEffects.TestAccount,
        };

        string? Text(string name) => detail.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

        DateTimeOffset? Time(string name) => detail.TryGetProperty(name, out var time) && time.TryGetDateTimeOffset(out var at) ? at : null;
    }

    /// <summary>What changed no status: asked for after all that did.</summary>
    public IEnumerable<ExplainedStep> Rest()
    {
        foreach (var (delivery, kind, at, id) in engagements)
        {
            // What was read has a status of its own.
            if (!shown.Add(id))
                continue;
            var callback = receipts.GetValueOrDefault(id) is { } receipt ? receipt.ToCallback(id) : null;
            yield return new ExplainedStep(at, new ExplainStep(delivery.Channel, kind.ToName(), callback?.Words ?? $"the provider reported: {kind.ToName()}")) { Callback = callback };
        }

        foreach (var (id, receipt) in receipts)
        {
            if (!shown.Add(id))
                continue;
            var callback = receipt.ToCallback(id);
            var ignored = receipt.State == ReceiptState.Ignored;
            yield return new ExplainedStep(
                receipt.ReceivedAt,
                new ExplainStep(receipt.Delivery.Channel, ignored ? "callback_ignored" : receipt.Kind.ToName(), ignored ? $"{callback.Words}: it changed nothing ({receipt.Reason})" : callback.Words))
            { Callback = callback };
        }
    }

    private sealed record ReportedReceipt(
        DeliveryId Delivery, string? Provider, ReceiptKind Kind, ReceiptState State, string? Reason, DateTimeOffset OccurredAt, DateTimeOffset ReceivedAt, string? Code, string? Message, string? Raw)
    {
        public Callback ToCallback(Guid id) => new(id, Provider, Kind.ToName(), Code, Message, OccurredAt, ReceivedAt, AppliedAt: null, Raw)
        {
            IsTestAddress = Reason == ReceiptEffects.TestAccount,
        };
    }
}
