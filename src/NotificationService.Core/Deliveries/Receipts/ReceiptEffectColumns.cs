using System.Buffers;
using System.Text;
using System.Text.Json;
using Npgsql;
using NotificationService.Channels;
using NotificationService.Storage;

namespace NotificationService.Deliveries.Receipts;

/// <summary>One tenant's effects as the columns of <c>deliveries_apply_receipt.sql</c>.</summary>
internal static class ReceiptEffectColumns
{
    public static NpgsqlParameter[] Of(Guid tenant, ReceiptEffects effects)
    {
        var changed = effects.Changed.ToArray();
        var (steps, engagements, ended) = (effects.Steps.ToArray(), effects.Engagements.ToArray(), effects.Ended.ToArray());
        return
        [
            new NpgsqlParameter<Guid> { TypedValue = tenant },
            Column(changed, row => row.Standing.Id.Value),
            Column(changed, row => (short)row.Standing.Status),
            Column(changed, row => (short?)row.Standing.Failure?.Kind),
            Column(changed, row => row.Standing.Failure?.Code),
            Column(changed, row => row.Standing.Failure?.Message),
            Column(changed, row => row.Provider),
            Column(changed, row => row.Standing.ProviderMessageId),
            Column(changed, row => (short)row.Steps),
            Column(steps, row => row.After.Id.Value),
            Column(steps, row => (short)row.After.TimelineSeq),
            Column(steps, row => (short)row.After.Status),
            Column(steps, DetailOf),
            Column(engagements, row => row.Delivery.Value),
            Column(engagements, row => row.Receipt.Id),
            Column(engagements, row => (short)row.Receipt.Kind),
            Column(engagements, row => row.Receipt.OccurredAt),
            Column(engagements, row => DetailOf(row.Receipt)),
            Column(ended, row => row.Receipt.Place),
            Column(ended, row => (short)row.State),
            Column(ended, row => row.Reason),
            Column(ended, row => row.Pause),
            Column(ended, row => row.Delivery?.Value),
            Column(ended, row => (short)row.Flags),
            Column(ended, row => (short)(row.Receipt.Tries + (row.State == ReceiptState.Pending && row.Receipt.Tries < short.MaxValue ? 1 : 0))),
            Column(ended, row => row.Live),
        ];
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

    private static NpgsqlParameter<T[]> Column<TRow, T>(TRow[] rows, Converter<TRow, T> column) => new() { TypedValue = Array.ConvertAll(rows, column) };
}
