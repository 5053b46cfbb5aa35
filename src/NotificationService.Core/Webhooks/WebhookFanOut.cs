using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NotificationService.Events;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>Addresses events to the endpoints that asked for them.</summary>
internal sealed class WebhookFanOut(Ids ids, [FromKeyedServices(WakeUp.Webhooks)] WakeUp wakeUp) : IEventSink
{
    private const string Endpoints = "select tenant_id, id, events, channels, categories, batches, payload from notification_meta.endpoints_of($1)";

    public async Task<EventAudience> AudienceAsync(NpgsqlConnection connection, IReadOnlyCollection<TenantId> tenants, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Endpoints, connection)
        {
            Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = [.. tenants.Select(tenant => tenant.Value)] } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var listening = new List<ListeningEndpoint>();
        while (await reader.ReadAsync(cancellationToken))
        {
            listening.Add(new ListeningEndpoint(
                new TenantId(reader.GetGuid(0)), reader.GetGuid(1), reader.GetFieldValue<string[]>(2), Array<short>(reader, 3)?.ToFrozenSet(),
                Array<string>(reader, 4)?.ToFrozenSet(StringComparer.Ordinal), Array<Guid>(reader, 5)?.ToFrozenSet(), IsFull: reader.GetInt16(6) == 1));
        }

        return new WebhookAudience(ids, listening);
    }

    public void Committed() => wakeUp.Signal();

    private static T[]? Array<T>(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<T[]>(column);
}
