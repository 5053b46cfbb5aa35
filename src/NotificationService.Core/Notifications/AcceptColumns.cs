using System.Buffers;
using System.Text.Json;
using NotificationService.Deliveries;
using NotificationService.Storage;
using Npgsql;
using NpgsqlTypes;

namespace NotificationService.Notifications;

/// <summary>Accepted notifications as the columns of <c>notifications_accept.sql</c>. JSON goes as the UTF-8 it came in.</summary>
internal sealed class AcceptColumns
{
    private static readonly Statement AcceptStatement = Statement.Load("notifications_accept");
    private static readonly Column Id = AcceptStatement.Column("id");

    private readonly AcceptedNotification[] notifications;
    private readonly PlannedDelivery[] deliveries;
    private readonly long[] ordinals;
    private readonly DateTimeOffset[] createdAt;
    private (DateTimeOffset DueAt, TransitionReason? Why, string? Detail) waiting;

    public AcceptColumns(AcceptedNotification[] given)
    {
        notifications = given;
        var count = 0;
        foreach (var notification in given)
            count += notification.Deliveries.Count;
        (deliveries, ordinals, createdAt) = (new PlannedDelivery[count], new long[count], new DateTimeOffset[given.Length]);
        for (int i = 0, at = 0; i < given.Length; i++)
        {
            createdAt[i] = given[i].CreatedAt;
            foreach (var delivery in given[i].Deliveries)
                (deliveries[at], ordinals[at++]) = (delivery, i + 1);
        }
    }

    /// <param name="batch">The batch that all of them belong to, which then are of one tenant, or null.</param>
    public BoundStatement Accept(Guid? batch) => AcceptStatement.With(
        Of("tenants", n => n.Tenant.Value),
        Of("ids", n => n.Id.Value),
        Of("accounts", n => (Guid?)n.Account),
        Of("live", n => n.Live),
        Of("templates", n => n.TemplateId),
        Of("template_versions", n => n.TemplateVersion),
        Of("categories", n => n.Category),
        Of("references", n => n.Request.Reference),
        Of("priorities", n => (short)n.Request.Priority),
        Json("recipients", n => ReadableJson.Utf8(n.Request.Recipient, StoredJson.Default.StoredRecipient)),
        Json("data", n => OrNull(n.Request.Data)),
        Json("contents", n => n.Request.Content is { } content ? ReadableJson.Utf8(content, StoredJson.Default.InlineContent) : default(ReadOnlyMemory<byte>?)),
        Json("metadata", n => OrNull(n.Request.Metadata)),
        Of("trace_parents", n => n.TraceParent),
        Of("send_at", n => n.Request.SendAt),
        Of("expires_at", n => n.Request.ExpiresAt),
        Parameter.Of("created_at", createdAt),
        Of("key_hashes", n => n.Idempotency?.KeyHash),
        Of("fingerprints", n => n.Idempotency?.Fingerprint),
        Json("responses", n => OrNull(n.Idempotency?.Response)),
        Parameter.Of("delivery_ordinals", ordinals),
        OfDeliveries("delivery_ids", d => d.Id.Value),
        OfDeliveries("delivery_channels", d => (short)d.Channel),
        OfDeliveries("delivery_statuses", d => (short)d.Status),
        OfDeliveries("delivery_due_at", d => d.DueAt),
        OfDeliveries("delivery_failure_kinds", d => (short?)d.Failure?.Kind),
        OfDeliveries("delivery_failure_codes", d => d.Failure?.Code),
        OfDeliveries("delivery_failure_messages", d => d.Failure?.Message),
        OfDeliveries("delivery_details", Detail),
        Of("strategies", n => (short)(n.Request.Fallback is null ? Strategy.All : Strategy.Fallback)),
        Of("fallback_after", n => (int?)n.Request.Fallback?.After?.TotalSeconds),
        OfDeliveries("delivery_places", d => (short)d.Place),
        Json("skipped", n => n.Skipped.Count == 0 ? default(ReadOnlyMemory<byte>?) : ReadableJson.Utf8(SkippedResponse.Of(n.Skipped), AcceptedJson.Default.SkippedResponseArray)),
        Parameter.OrNull("batch", batch),
        Of("key_days", n => n.Idempotency?.Days ?? IdempotencyEntry.UsualDays),
        Of("topics", n => n.Request.Topic));

    /// <summary>A row of what it answers: what was stored.</summary>
    public static Guid Stored(NpgsqlDataReader row) => row.GetGuid(Id);

    /// <summary>What the first timeline row says beyond the status. Many that wait for one time say the same.</summary>
    private string? Detail(PlannedDelivery delivery)
    {
        if (delivery.Failure is not null || delivery.Reason is not null)
            return DetailOf(delivery);
        if (delivery.Status == DeliveryStatus.Queued)
            return null;
        if (waiting.Detail is null || waiting.DueAt != delivery.DueAt || waiting.Why != delivery.Waiting)
            waiting = (delivery.DueAt, delivery.Waiting, DetailOf(delivery));
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
            else if (!delivery.IsToBeSent)
            {
                json.WriteString("code", delivery.Reason?.Code);
                json.WriteString("message", delivery.Reason?.Message);
            }
            else
            {
                if (delivery.Status == DeliveryStatus.Scheduled)
                {
                    json.WriteString("code", delivery.Waiting.Code);
                    json.WriteString("message", delivery.Waiting.Message);
                    json.WriteTime("nextAttemptAt", delivery.DueAt);
                }

                if (delivery.Reason is { } passed)
                    ExplainWords.WritePassed(json, passed);
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // A null array would turn into an empty text.
    private static ReadOnlyMemory<byte>? OrNull(ReadOnlyMemory<byte> json) => json.IsEmpty ? default(ReadOnlyMemory<byte>?) : json;

    private Parameter Of<T>(string name, Converter<AcceptedNotification, T> column) => Parameter.Of(name, Array.ConvertAll(notifications, column));

    private Parameter Json(string name, Converter<AcceptedNotification, ReadOnlyMemory<byte>?> column) =>
        Parameter.Of(name, Array.ConvertAll(notifications, column), NpgsqlDbType.Array | NpgsqlDbType.Text);

    private Parameter OfDeliveries<T>(string name, Converter<PlannedDelivery, T> column) => Parameter.Of(name, Array.ConvertAll(deliveries, column));
}
