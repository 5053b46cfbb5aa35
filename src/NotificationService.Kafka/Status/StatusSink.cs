using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Npgsql;
using NotificationService.Events;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Kafka.Status;

/// <summary>Where the relay leaves events for Kafka: in a table, in its own transaction. <see cref="StatusPublisher"/> takes them from there.</summary>
internal sealed class StatusSink : IEventSink
{
    private static readonly Everybody Audience = new();

    private readonly Hint hint = new();

    public Task<EventAudience> AudienceAsync(NpgsqlConnection connection, IReadOnlyCollection<TenantId> tenants, CancellationToken cancellationToken) => Task.FromResult<EventAudience>(Audience);

    public void Committed() => hint.Give();

    /// <summary>Waits for a hint, at most so long.</summary>
    public Task WaitAsync(TimeSpan poll, CancellationToken cancellationToken) => hint.WaitAsync(poll, cancellationToken);

    private sealed class Everybody : EventAudience
    {
        private static readonly string Insert = SqlText.Statement("kafka_messages_insert");

        public override bool Includes(TenantId tenant) => true;

        public override void Append(TenantBatch batch, TenantId tenant, IReadOnlyList<PublicEvent> events)
        {
            // What one webhook endpoint asked for once more is told to nobody else.
            PublicEvent[] told = [.. events.Where(one => one.Target is null)];
            if (told.Length == 0)
                return;
            batch.Add(
                tenant, Insert, new NpgsqlParameter<Guid> { TypedValue = tenant.Value },
                new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(told, one => one.Subject) },
                new NpgsqlParameter<string[]> { TypedValue = Array.ConvertAll(told, KeyOf) },
                new NpgsqlParameter<string[]> { TypedValue = Array.ConvertAll(told, Write) });
        }

        /// <summary>All channels of a notification are in one partition, and their events in their order.</summary>
        private static string KeyOf(PublicEvent told) => (told is DeliveryEvent delivery ? delivery.Delivery.Notification.Value : told.Subject).ToString();

        /// <summary>CloudEvents 1.0 in the structured mode.</summary>
        private static string Write(PublicEvent told)
        {
            var buffer = new ArrayBufferWriter<byte>(768);
            using (var json = new Utf8JsonWriter(buffer, ReadableJson.Writer))
            {
                json.WriteStartObject();
                json.WriteString("specversion", "1.0");
                json.WriteString("id", told.Id);
                json.WriteString("source", $"/tenants/{told.Tenant}");
                json.WriteString("type", told.Type);
                json.WriteString("subject", KeyOf(told));
                json.WriteString("time", told.OccurredAt.UtcDateTime);
                json.WriteString("datacontenttype", "application/json");
                json.WriteString("tenantid", told.Tenant.Value);
                json.WriteString("partitionkey", KeyOf(told));
                json.WriteString("sequence", told.Sequence.ToString(CultureInfo.InvariantCulture));
                json.WritePropertyName("data");
                EventJson.WriteData(json, told, full: true);
                json.WriteEndObject();
            }

            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
    }
}
