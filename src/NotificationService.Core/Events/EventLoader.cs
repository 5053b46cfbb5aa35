using Npgsql;
using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Events;

/// <summary>Turns places of the outbox into what is published, all tenants in one round trip.</summary>
internal static class EventLoader
{
    private static readonly string Deliveries = SqlText.Statement("outbox_deliveries");
    private static readonly string Notices = SqlText.Statement("outbox_notices");

    /// <summary>Each tenant's events in their order. What is no longer there, because its month was removed, is left out.</summary>
    public static async Task<IReadOnlyDictionary<TenantId, IReadOnlyList<PublicEvent>>> LoadAsync(
        NpgsqlConnection connection, IReadOnlyList<IGrouping<TenantId, OutboxRow>> tenants, CancellationToken cancellationToken)
    {
        await using var batch = TenantBatch.Within(connection);
        var statements = new List<(OutboxRow[] Rows, PublicEvent?[] Events, int[] Places)>();
        var loaded = new Dictionary<TenantId, PublicEvent?[]>(tenants.Count);
        foreach (var tenant in tenants)
        {
            OutboxRow[] rows = [.. tenant];
            var events = loaded[tenant.Key] = new PublicEvent?[rows.Length];
            int[] deliveries = [.. Enumerable.Range(0, rows.Length).Where(place => rows[place].Sequence > 0)];
            int[] notices = [.. Enumerable.Range(0, rows.Length).Where(place => rows[place].Sequence == 0)];
            if (deliveries.Length > 0)
            {
                statements.Add((rows, events, deliveries));
                batch.Add(
                    tenant.Key, Deliveries, new NpgsqlParameter<Guid> { TypedValue = tenant.Key.Value }, Subjects(rows, deliveries),
                    new NpgsqlParameter<short[]> { TypedValue = Array.ConvertAll(deliveries, place => rows[place].Sequence) },
                    new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(deliveries, place => new DeliveryId(rows[place].Subject).Notification.Value) });
            }

            if (notices.Length > 0)
            {
                statements.Add((rows, events, notices));
                batch.Add(tenant.Key, Notices, new NpgsqlParameter<Guid> { TypedValue = tenant.Key.Value }, Subjects(rows, notices));
            }
        }

        await batch.RunAsync(
            (reader, statement) =>
            {
                var (rows, events, places) = statements[statement];
                var place = places[reader.GetInt64(0) - 1];
                events[place] = rows[place].Sequence > 0 ? Delivery(reader, rows[place]) : Notice(reader, rows[place]);
            },
            cancellationToken);
        return loaded.ToDictionary(entry => entry.Key, entry => (IReadOnlyList<PublicEvent>)[.. entry.Value.OfType<PublicEvent>()]);
    }

    private static NpgsqlParameter<Guid[]> Subjects(OutboxRow[] rows, int[] places) => new() { TypedValue = Array.ConvertAll(places, place => rows[place].Subject) };

    private static DeliveryEvent Delivery(NpgsqlDataReader reader, OutboxRow row)
    {
        var (delivery, status, sequence) = (new DeliveryId(row.Subject), (DeliveryStatus)reader.GetInt16(1), reader.GetInt32(4));
        return new DeliveryEvent(EventTypes.IdOf(delivery, sequence), row.Tenant, EventTypes.Of(status), delivery, sequence, reader.GetFieldValue<DateTimeOffset>(2), status)
        {
            Detail = TimelineDetail.Published(Text(reader, 3)),
            Batch = reader.IsDBNull(5) ? null : reader.GetGuid(5),
            Attempts = reader.GetInt16(6),
            Provider = Text(reader, 7),
            Live = reader.GetBoolean(8),
            Reference = Text(reader, 9),
            UserId = Text(reader, 10),
            Category = Text(reader, 11),
            Metadata = Text(reader, 12),
            TemplateVersion = reader.IsDBNull(13) ? null : reader.GetInt32(13),
            Template = Text(reader, 14),
            Segments = reader.IsDBNull(15) ? null : reader.GetInt16(15),
            Encoding = reader.IsDBNull(16) ? null : (SmsEncoding)reader.GetInt16(16),
            Target = row.Target,
        };
    }

    private static NoticeEvent Notice(NpgsqlDataReader reader, OutboxRow row)
    {
        var type = reader.GetString(1);
        NoticeFacts facts = Text(reader, 4) is { } noted ? NoticeFacts.Read(type, noted) : new StoredData(reader.GetString(5));
        return new NoticeEvent(EventTypes.IdOf(row.Subject), row.Tenant, type, reader.GetGuid(2), reader.GetFieldValue<DateTimeOffset>(3), facts)
        {
            Live = reader.GetBoolean(6),
            Target = row.Target,
        };
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
