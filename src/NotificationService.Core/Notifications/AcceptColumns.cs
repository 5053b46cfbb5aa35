using System.Buffers;
using System.Text.Json;
using NotificationService.Storage;
using Npgsql;
using NpgsqlTypes;
using NotificationService.Deliveries;

namespace NotificationService.Notifications;

/// <summary>One tenant's accepted notifications as the columns of <c>notifications_accept.sql</c>. JSON goes as the UTF-8 it came in.</summary>
internal sealed class AcceptColumns
{
    private readonly AcceptedNotification[] notifications;
    private readonly PlannedDelivery[] deliveries;
    private readonly long[] ordinals;
    private readonly DateTimeOffset[] createdAt;
    private (DateTimeOffset DueAt, int Place, string? Detail) waiting;

    public AcceptColumns(AcceptedNotification[] ofOneTenant)
    {
        notifications = ofOneTenant;
        var count = 0;
        foreach (var notification in ofOneTenant)
            count += notification.Deliveries.Count;
        (deliveries, ordinals, createdAt) = (new PlannedDelivery[count], new long[count], new DateTimeOffset[ofOneTenant.Length]);
        for (int i = 0, at = 0; i < ofOneTenant.Length; i++)
        {
            createdAt[i] = ofOneTenant[i].CreatedAt;
            foreach (var delivery in ofOneTenant[i].Deliveries)
                (deliveries[at], ordinals[at++]) = (delivery, i + 1);
        }
    }

    /// <param name="batch">The batch that all of them belong to, or null.</param>
    public NpgsqlParameter[] Parameters(Guid tenant, Guid? batch = null) =>
    [
        new NpgsqlParameter<Guid> { TypedValue = tenant },
        Of(n => n.Id.Value),
        Of(n => (Guid?)n.Account),
        Of(n => n.Live),
        Of(n => n.TemplateId),
        Of(n => n.TemplateVersion),
        Of(n => n.Category),
        Of(n => n.Request.Reference),
        Of(n => (short)n.Request.Priority),
        Json(n => ReadableJson.Utf8(n.Request.Recipient, StoredJson.Default.StoredRecipient)),
        Json(n => OrNull(n.Request.Data)),
        Json(n => n.Request.Content is { } content ? ReadableJson.Utf8(content, StoredJson.Default.InlineContent) : default(ReadOnlyMemory<byte>?)),
        Json(n => OrNull(n.Request.Metadata)),
        Of(n => n.TraceParent),
        Of(n => n.Request.SendAt),
        Of(n => n.Request.ExpiresAt),
        new NpgsqlParameter<DateTimeOffset[]> { TypedValue = createdAt },
        Of(n => n.Idempotency?.KeyHash),
        Of(n => n.Idempotency?.Fingerprint),
        Json(n => OrNull(n.Idempotency?.Response)),
        new NpgsqlParameter<long[]> { TypedValue = ordinals },
        OfDeliveries(d => d.Id.Value),
        OfDeliveries(d => (short)d.Channel),
        OfDeliveries(d => (short)d.Status),
        OfDeliveries(d => d.DueAt),
        OfDeliveries(d => (short?)d.Failure?.Kind),
        OfDeliveries(d => d.Failure?.Code),
        OfDeliveries(d => d.Failure?.Message),
        OfDeliveries(Detail),
        Of(n => (short)(n.Request.Fallback is null ? Strategy.All : Strategy.Fallback)),
        Of(n => (int?)n.Request.Fallback?.After?.TotalSeconds),
        OfDeliveries(d => (short)d.Place),
        Json(n => n.Skipped.Count == 0 ? default(ReadOnlyMemory<byte>?) : ReadableJson.Utf8(SkippedResponse.Of(n.Skipped), AcceptedJson.Default.SkippedResponseArray)),
        new NpgsqlParameter<Guid?> { TypedValue = batch, NpgsqlDbType = NpgsqlDbType.Uuid },
        Of(n => n.Idempotency?.Days ?? IdempotencyEntry.UsualDays),
    ];

    /// <summary>What the first timeline row says beyond the status. Many that wait for one time say the same.</summary>
    private string? Detail(PlannedDelivery delivery)
    {
        if (delivery.Status == DeliveryStatus.Queued)
            return null;
        if (delivery.Failure is not null)
            return DetailOf(delivery);
        if (waiting.Detail is null || waiting.DueAt != delivery.DueAt || waiting.Place != delivery.Place)
            waiting = (delivery.DueAt, delivery.Place, DetailOf(delivery));
        return waiting.Detail;
    }

    private static string DetailOf(PlannedDelivery delivery)
    {
        var buffer = new ArrayBufferWriter<byte>(160);
        using (var json = new Utf8JsonWriter(buffer, ReadableJson.Writer))
        {
            json.WriteStartObject();
            if (delivery.Failure is { } failure)
            {
                json.WriteString("kind", failure.Kind.ToName());
                json.WriteString("code", failure.Code);
                json.WriteString("message", failure.Message);
            }
            else
            {
                json.WriteString("code", delivery.Place > 1 ? FallbackChain.Code : "send_at");
                json.WriteString("message", delivery.Place > 1 ? "waits for the channels before it" : "waits for sendAt");
                json.WriteTime("nextAttemptAt", delivery.DueAt);
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // A null array would turn into an empty text.
    private static ReadOnlyMemory<byte>? OrNull(ReadOnlyMemory<byte> json) => json.IsEmpty ? default(ReadOnlyMemory<byte>?) : json;

    private NpgsqlParameter<T[]> Of<T>(Converter<AcceptedNotification, T> column) => new() { TypedValue = Array.ConvertAll(notifications, column) };

    private NpgsqlParameter<ReadOnlyMemory<byte>?[]> Json(Converter<AcceptedNotification, ReadOnlyMemory<byte>?> column) =>
        new() { TypedValue = Array.ConvertAll(notifications, column), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private NpgsqlParameter<T[]> OfDeliveries<T>(Converter<PlannedDelivery, T> column) => new() { TypedValue = Array.ConvertAll(deliveries, column) };
}
