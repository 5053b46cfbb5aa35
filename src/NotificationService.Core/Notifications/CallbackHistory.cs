using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Deliveries.Receipts;
using NotificationService.Storage;
using Npgsql;

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

    public void AddReceipt(NpgsqlDataReader row) => receipts[row.GetGuid(OfReceipt.Id)] = new ReportedReceipt(
        new DeliveryId(row.GetGuid(OfReceipt.DeliveryId)),
        NotificationRows.Provider(row, OfReceipt.ProviderId, OfReceipt.Provider)?.Name,
        (ReceiptKind)row.GetInt16(OfReceipt.Kind),
        (ReceiptState)row.GetInt16(OfReceipt.State),
        row.GetStringOrNull(OfReceipt.Reason),
        row.GetTime(OfReceipt.OccurredAt),
        row.GetTime(OfReceipt.ReceivedAt),
        row.GetStringOrNull(OfReceipt.Code),
        row.GetStringOrNull(OfReceipt.Message),
        row.GetStringOrNull(OfReceipt.Raw));

    public void AddEngagement(NpgsqlDataReader row) =>
        engagements.Add((new DeliveryId(row.GetGuid(OfEngagement.DeliveryId)), (ReceiptKind)row.GetInt16(OfEngagement.Kind), row.GetTime(OfEngagement.At), row.GetGuid(OfEngagement.Id)));

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

    private static class OfReceipt
    {
        public static readonly Column
            Id = Explanations.Receipts.Column("id"), DeliveryId = Explanations.Receipts.Column("delivery_id"),
            ProviderId = Explanations.Receipts.Column("provider_id"), Provider = Explanations.Receipts.Column("provider"),
            Kind = Explanations.Receipts.Column("kind"), State = Explanations.Receipts.Column("state"), Reason = Explanations.Receipts.Column("reason"),
            OccurredAt = Explanations.Receipts.Column("occurred_at"), ReceivedAt = Explanations.Receipts.Column("received_at"),
            Code = Explanations.Receipts.Column("code"), Message = Explanations.Receipts.Column("message"), Raw = Explanations.Receipts.Column("raw");
    }

    private static class OfEngagement
    {
        public static readonly Column
            DeliveryId = Explanations.Engagements.Column("delivery_id"), Kind = Explanations.Engagements.Column("kind"),
            At = Explanations.Engagements.Column("at"), Id = Explanations.Engagements.Column("id");
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
