using System.Buffers;
using System.Text;
using System.Text.Json;
using NotificationService.Channels;
using NotificationService.Storage;

namespace NotificationService.Deliveries.Receipts;

/// <summary>Effects as the columns of <c>deliveries_apply_receipt.sql</c>.</summary>
internal static class ReceiptEffectColumns
{
    private static readonly Statement ApplyStatement = Statement.Load("deliveries_apply_receipt");

    /// <summary>The statement that writes them.</summary>
    public static BoundStatement Apply(ReceiptEffects effects)
    {
        var changed = effects.Changed.ToArray();
        var (steps, engagements, ended) = (effects.Steps.ToArray(), effects.Engagements.ToArray(), effects.Ended.ToArray());
        return ApplyStatement.With(
            Of("tenants", changed, row => row.Tenant.Value),
            Of("ids", changed, row => row.Standing.Id.Value),
            Of("statuses", changed, row => (short)row.Standing.Status),
            Of("failure_kinds", changed, row => (short?)row.Standing.Failure?.Kind),
            Of("failure_codes", changed, row => row.Standing.Failure?.Code),
            Of("failure_messages", changed, row => row.Standing.Failure?.Message),
            Of("providers", changed, row => row.Provider),
            Of("provider_message_ids", changed, row => row.Standing.ProviderMessageId),
            Of("steps", changed, row => (short)row.Steps),
            Of("step_deliveries", steps, row => row.After.Id.Value),
            Of("step_sequences", steps, row => (short)row.After.TimelineSeq),
            Of("step_statuses", steps, row => (short)row.After.Status),
            Of("step_details", steps, DetailOf),
            Of("engagement_tenants", engagements, row => row.Receipt.Tenant.Value),
            Of("engagement_deliveries", engagements, row => row.Delivery.Value),
            Of("engagement_ids", engagements, row => row.Receipt.Id),
            Of("engagement_kinds", engagements, row => (short)row.Receipt.Kind),
            Of("engagement_times", engagements, row => row.Receipt.OccurredAt),
            Of("engagement_details", engagements, row => DetailOf(row.Receipt)),
            Of("receipt_places", ended, row => row.Receipt.Place),
            Of("receipt_states", ended, row => (short)row.State),
            Of("receipt_reasons", ended, row => row.Reason),
            Of("receipt_pauses", ended, row => row.Pause),
            Of("receipt_deliveries", ended, row => row.Delivery?.Value),
            Of("receipt_flags", ended, row => (short)row.Flags),
            Of("receipt_tries", ended, row => (short)(row.Receipt.Tries + (row.State == ReceiptState.Pending && row.Receipt.Tries < short.MaxValue ? 1 : 0))),
            Of("receipt_modes", ended, row => row.Live));
    }

    private static string DetailOf(ReceiptStep step) => Json(json =>
    {
        if (step.After.Failure is { } failure)
        {
            if (step.After.Status == DeliveryStatus.Failed)
                json.WriteString("kind", failure.Kind.ToName());
            json.WriteString("code", failure.Code);
            json.WriteString("message", failure.Message);
        }
        else
        {
            Write(json, "code", step.Receipt.Code);
            Write(json, "message", step.Receipt.Message);
        }

        Write(json, "provider", step.ProviderName ?? ProviderInstances.BuiltInName(step.Receipt.Provider));
        json.WriteString("receipt", step.Receipt.Kind.ToName());
        json.WriteString("receiptId", step.Receipt.Id);
        WriteTime(json, step.Receipt);
        if (step.Receipt.ReceivedAt is { } received)
            json.WriteTime("receivedAt", received);
        if (step.IsTestAddress)
            json.WriteString("suppression", ReceiptEffects.TestAccount);
    });

    private static string? DetailOf(PendingReceipt receipt) => receipt is { Code: null, Message: null, Url: null } && !receipt.Flags.HasFlag(ReceiptFlags.TimeReplaced)
        ? null
        : Json(json =>
        {
            Write(json, "code", receipt.Code);
            Write(json, "message", receipt.Message);
            Write(json, "url", receipt.Url);
            WriteTime(json, receipt);
        });

    private static void WriteTime(Utf8JsonWriter json, PendingReceipt receipt)
    {
        json.WriteTime("occurredAt", receipt.OccurredAt);
        if (receipt.Flags.HasFlag(ReceiptFlags.TimeReplaced))
            json.WriteString("occurredAtIs", "received");
    }

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static Parameter Of<TRow, T>(string name, TRow[] rows, Converter<TRow, T> column) => Parameter.Of(name, Array.ConvertAll(rows, column));
}
