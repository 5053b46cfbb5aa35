using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using NotificationService.Events;
using NotificationService.Queueing;
using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Webhooks;

/// <summary>Addresses events to the endpoints that asked for them.</summary>
internal sealed class WebhookFanOut(Ids ids, [FromKeyedServices(WakeUp.Webhooks)] WakeUp wakeUp) : IEventSink
{
    private static readonly Statement Listening = Statement.Load("webhook_endpoints_listening");

    public async Task<EventAudience> AudienceAsync(NpgsqlConnection connection, IReadOnlyCollection<TenantId> tenants, CancellationToken cancellationToken)
    {
        await using var command = Listening.With(Parameter.Of<Guid[]>("tenants", [.. tenants.Select(tenant => tenant.Value)])).On(connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var listening = new List<ListeningEndpoint>();
        while (await reader.ReadAsync(cancellationToken))
        {
            listening.Add(new ListeningEndpoint(
                new TenantId(reader.GetGuid(Columns.TenantId)), reader.GetGuid(Columns.Id), reader.GetFieldValue<string[]>(Columns.Events), Array<short>(reader, Columns.Channels)?.ToFrozenSet(),
                Array<string>(reader, Columns.Categories)?.ToFrozenSet(StringComparer.Ordinal), Array<Guid>(reader, Columns.Batches)?.ToFrozenSet(), IsFull: reader.GetInt16(Columns.Payload) == 1));
        }

        return new WebhookAudience(ids, listening);
    }

    public void Committed() => wakeUp.Signal();

    private static T[]? Array<T>(NpgsqlDataReader reader, Column column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<T[]>(column);

    private static class Columns
    {
        public static readonly Column
            TenantId = Listening.Column("tenant_id"), Id = Listening.Column("id"), Events = Listening.Column("events"), Channels = Listening.Column("channels"),
            Categories = Listening.Column("categories"), Batches = Listening.Column("batches"), Payload = Listening.Column("payload");
    }
}
