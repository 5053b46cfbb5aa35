using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using NotificationService.Events;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Kafka.Status;

/// <summary>Where the relay leaves events for Kafka: in a table, in its own transaction. <see cref="StatusPublisher"/> takes them from there.</summary>
internal sealed class StatusSink : IEventSink
{
    private static readonly Everybody Audience = new();

    private readonly Signal signal = new();

    public Task<EventAudience> AudienceAsync(NpgsqlConnection connection, IReadOnlyCollection<TenantId> tenants, CancellationToken cancellationToken) => Task.FromResult<EventAudience>(Audience);

    public void Committed() => signal.Give();

    /// <summary>Waits for a signal, at most so long.</summary>
    public Task WaitAsync(TimeSpan poll, CancellationToken cancellationToken) => signal.WaitAsync(poll, cancellationToken);

    private sealed class Everybody : EventAudience
    {
        private static readonly Statement Insert = Statement.Load("kafka_messages_insert");

        public override bool Includes(TenantId tenant) => true;

        public override void Append(TenantBatch batch, TenantSet tenants, IReadOnlyList<PublicEvent> events)
        {
            // What one webhook endpoint asked for once more is published to nobody else.
            PublicEvent[] published = [.. events.Where(one => one.Target is null)];
            if (published.Length == 0)
                return;
            batch.Add(
                tenants,
                Insert.With(
                    Parameter.Of("tenants", Array.ConvertAll(published, one => one.Tenant.Value)),
                    Parameter.Of("subjects", Array.ConvertAll(published, one => one.Subject)),
                    Parameter.Of("keys", Array.ConvertAll(published, KeyOf)),
                    Parameter.Of("payloads", Array.ConvertAll(published, Write))));
        }

        /// <summary>All channels of a notification are in one partition, and their events in their order.</summary>
        private static string KeyOf(PublicEvent published) => (published is DeliveryEvent delivery ? delivery.Delivery.Notification.Value : published.Subject).ToString();

        /// <summary>CloudEvents 1.0 in the structured mode.</summary>
        private static string Write(PublicEvent published)
        {
            var buffer = new ArrayBufferWriter<byte>(768);
            using (var json = new Utf8JsonWriter(buffer, ReadableJson.Writer))
            {
                json.WriteStartObject();
                json.WriteString("specversion", "1.0");
                json.WriteString("id", published.Id);
                json.WriteString("source", $"/tenants/{published.Tenant}");
                json.WriteString("type", published.Type);
                json.WriteString("subject", KeyOf(published));
                json.WriteTime("time", published.OccurredAt);
                json.WriteString("datacontenttype", "application/json");
                json.WriteString("tenantid", published.Tenant.Value);
                json.WriteString("partitionkey", KeyOf(published));
                json.WriteString("sequence", published.Sequence.ToString(CultureInfo.InvariantCulture));
                json.WritePropertyName("data");
                EventJson.WriteData(json, published, full: true);
                json.WriteEndObject();
            }

            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
    }
}
