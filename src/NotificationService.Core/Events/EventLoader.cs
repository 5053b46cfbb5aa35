using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Events;

/// <summary>Turns rows of the outbox into what is published, of all tenants by one statement.</summary>
internal static class EventLoader
{
    private static readonly Statement Deliveries = Statement.Load("outbox_deliveries");
    private static readonly Statement Notices = Statement.Load("outbox_notices");
    private static readonly Column Place = new("ord", Deliveries, Notices);

    /// <summary>Events in the order of their rows. What is no longer there, because its month was removed, is left out.</summary>
    public static async Task<IReadOnlyList<PublicEvent>> LoadAsync(NpgsqlConnection connection, TenantSet tenants, OutboxRow[] rows, CancellationToken cancellationToken)
    {
        await using var batch = TenantBatch.Within(connection);
        var (statements, events) = (new List<int[]>(2), new PublicEvent?[rows.Length]);
        int[] deliveries = [.. Enumerable.Range(0, rows.Length).Where(place => rows[place].Sequence > 0)];
        int[] notices = [.. Enumerable.Range(0, rows.Length).Where(place => rows[place].Sequence == 0)];
        if (deliveries.Length > 0)
        {
            statements.Add(deliveries);
            batch.Add(
                tenants,
                Deliveries.With(
                    Tenants("tenants", rows, deliveries), Subjects("deliveries", rows, deliveries),
                    Parameter.Of("sequences", Array.ConvertAll(deliveries, place => rows[place].Sequence)),
                    Parameter.Of("notifications", Array.ConvertAll(deliveries, place => new DeliveryId(rows[place].Subject).Notification.Value))));
        }

        if (notices.Length > 0)
        {
            statements.Add(notices);
            batch.Add(tenants, Notices.With(Tenants("tenants", rows, notices), Subjects("events", rows, notices)));
        }

        await batch.RunAsync(
            (reader, statement) =>
            {
                var place = statements[statement][reader.GetInt64(Place) - 1];
                events[place] = rows[place].Sequence > 0 ? Delivery(reader, rows[place]) : Notice(reader, rows[place]);
            },
            cancellationToken);
        return [.. events.OfType<PublicEvent>()];
    }

    private static Parameter Tenants(string name, OutboxRow[] rows, int[] places) => Parameter.Of(name, Array.ConvertAll(places, place => rows[place].Tenant.Value));

    private static Parameter Subjects(string name, OutboxRow[] rows, int[] places) => Parameter.Of(name, Array.ConvertAll(places, place => rows[place].Subject));

    private static DeliveryEvent Delivery(NpgsqlDataReader reader, OutboxRow row)
    {
        var (delivery, status, sequence) = (new DeliveryId(row.Subject), (DeliveryStatus)reader.GetInt16(OfDelivery.Status), reader.GetInt32(OfDelivery.Sequence));
        return new DeliveryEvent(EventTypes.IdOf(delivery, sequence), row.Tenant, EventTypes.Of(status), delivery, sequence, reader.GetTime(OfDelivery.At), status)
        {
            Detail = TimelineDetail.Published(reader.GetStringOrNull(OfDelivery.Detail)),
            Batch = reader.GetOrNull<Guid>(OfDelivery.BatchId),
            Attempts = reader.GetInt16(OfDelivery.Attempts),
            Provider = reader.GetStringOrNull(OfDelivery.Provider),
            Live = reader.GetBoolean(OfDelivery.Live),
            Reference = reader.GetStringOrNull(OfDelivery.Reference),
            UserId = reader.GetStringOrNull(OfDelivery.UserId),
            Category = reader.GetStringOrNull(OfDelivery.Category),
            Metadata = reader.GetStringOrNull(OfDelivery.Metadata),
            TemplateVersion = reader.GetOrNull<int>(OfDelivery.TemplateVersion),
            Template = reader.GetStringOrNull(OfDelivery.Template),
            Segments = reader.GetOrNull<short>(OfDelivery.Segments),
            Encoding = reader.IsDBNull(OfDelivery.SmsEncoding) ? null : (SmsEncoding)reader.GetInt16(OfDelivery.SmsEncoding),
            Target = row.Target,
        };
    }

    private static NoticeEvent Notice(NpgsqlDataReader reader, OutboxRow row)
    {
        var type = reader.GetString(OfNotice.Type);
        NoticeFacts facts = reader.GetStringOrNull(OfNotice.Facts) is { } noted ? NoticeFacts.Read(type, noted) : new StoredData(reader.GetString(OfNotice.Data));
        return new NoticeEvent(EventTypes.IdOf(row.Subject), row.Tenant, type, reader.GetGuid(OfNotice.Subject), reader.GetTime(OfNotice.OccurredAt), facts)
        {
            Live = reader.GetBoolean(OfNotice.Live),
            Target = row.Target,
        };
    }

    private static class OfDelivery
    {
        public static readonly Column
            Status = Deliveries.Column("status"), At = Deliveries.Column("at"), Detail = Deliveries.Column("detail"), Sequence = Deliveries.Column("sequence"),
            BatchId = Deliveries.Column("batch_id"), Attempts = Deliveries.Column("attempts"), Provider = Deliveries.Column("provider"),
            Live = Deliveries.Column("live"), Reference = Deliveries.Column("reference"), UserId = Deliveries.Column("user_id"),
            Category = Deliveries.Column("category"), Metadata = Deliveries.Column("metadata"), TemplateVersion = Deliveries.Column("template_version"),
            Template = Deliveries.Column("template"), Segments = Deliveries.Column("segments"), SmsEncoding = Deliveries.Column("sms_encoding");
    }

    private static class OfNotice
    {
        public static readonly Column
            Type = Notices.Column("type"), Subject = Notices.Column("subject"), OccurredAt = Notices.Column("occurred_at"), Facts = Notices.Column("facts"),
            Data = Notices.Column("data"), Live = Notices.Column("live");
    }
}
