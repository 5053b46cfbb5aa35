using System.Buffers;
using System.Text;
using System.Text.Json;
using NotificationService.Events;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>The endpoints that listen in one run of the relay. Bodies are written once for each kind of payload, not for each endpoint.</summary>
internal sealed class WebhookAudience(Ids ids, IReadOnlyList<ListeningEndpoint> endpoints) : EventAudience
{
    /// <summary>Bodies of one insert, in characters: more would be hundreds of megabytes in one statement, which the database takes too long for.</summary>
    private const int MaxInOne = 8 * 1024 * 1024;

    private static readonly Statement Insert = Statement.Load("webhook_messages_insert");

    private readonly ILookup<TenantId, ListeningEndpoint> endpoints = endpoints.ToLookup(endpoint => endpoint.Tenant);

    public override bool Includes(TenantId tenant) => endpoints.Contains(tenant);

    public override void Append(TenantBatch batch, TenantSet tenants, IReadOnlyList<PublicEvent> events)
    {
        var messages = new List<(PublicEvent Event, ListeningEndpoint Endpoint, string Body)>();
        foreach (var published in events)
        {
            string? full = null, thin = null;
            foreach (var endpoint in endpoints[published.Tenant])
            {
                if (endpoint.Asks(published))
                    messages.Add((published, endpoint, endpoint.IsFull ? full ??= Body(published, full: true) : thin ??= Body(published, full: false)));
            }
        }

        Add(batch, tenants, [.. messages.Where(message => message.Event.Target is null)], again: false);
        Add(batch, tenants, [.. messages.Where(message => message.Event.Target is not null).DistinctBy(message => (message.Event.Id, message.Endpoint.Id))], again: true);
    }

    /// <summary>The body of Standard Webhooks: type, the event's time, data.</summary>
    internal static string Body(PublicEvent published, bool full)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, ReadableJson.Writer))
        {
            json.WriteStartObject();
            json.WriteString("type", published.Type);
            json.WriteTime("timestamp", published.OccurredAt);
            json.WritePropertyName("data");
            EventJson.WriteData(json, published, full);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void Add(TenantBatch batch, TenantSet tenants, (PublicEvent Event, ListeningEndpoint Endpoint, string Body)[] messages, bool again)
    {
        for (var (begin, end) = (0, 0); begin < messages.Length; begin = end)
        {
            long length = 0;
            while (end < messages.Length && (end == begin || length + messages[end].Body.Length <= MaxInOne))
                length += messages[end++].Body.Length;
            AddPiece(batch, tenants, messages[begin..end], again);
        }
    }

    private void AddPiece(TenantBatch batch, TenantSet tenants, (PublicEvent Event, ListeningEndpoint Endpoint, string Body)[] messages, bool again)
    {
        batch.Add(
            tenants,
            Insert.With(
                Of("tenants", message => message.Endpoint.Tenant.Value),
                Of("ids", _ => ids.Next()), Of("endpoints", message => message.Endpoint.Id), Of("events", message => message.Event.Id), Of("types", message => message.Event.Type), Of("subjects", message => message.Event.Subject),
                Of("sequences", message => message.Event.Sequence), Of("occurred_at", message => message.Event.OccurredAt), Of("bodies", message => message.Body), Parameter.Of("again", again),
                Parameter.Of("max_attempts", WebhookOptions.MaxAttemptsEver), Of("live", message => message.Event.Live)));

        Parameter Of<T>(string name, Converter<(PublicEvent Event, ListeningEndpoint Endpoint, string Body), T> column) => Parameter.Of(name, Array.ConvertAll(messages, column));
    }
}
