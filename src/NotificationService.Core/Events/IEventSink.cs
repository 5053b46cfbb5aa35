using NotificationService.Storage;
using NotificationService.Tenants;
using Npgsql;

namespace NotificationService.Events;

/// <summary>
/// Where events are published to: webhook endpoints, Kafka, connected clients. It writes rows of its own in the relay's
/// transaction and calls nobody there; what it does with them afterwards is its own affair.
/// </summary>
public interface IEventSink
{
    /// <summary>Who of these tenants listens, as it is now. Called once for each run of the relay, in its transaction, with no tenant in scope.</summary>
    Task<EventAudience> AudienceAsync(NpgsqlConnection connection, IReadOnlyCollection<TenantId> tenants, CancellationToken cancellationToken);

    /// <summary>What was appended is committed: a signal that there is work. Must not throw, wait or call anybody.</summary>
    void Committed();
}

/// <summary>Who listens in one run of the relay.</summary>
public abstract class EventAudience
{
    /// <summary>Whether somebody of the tenant listens at all; if nobody does, its events are not even loaded.</summary>
    public abstract bool Includes(TenantId tenant);

    /// <summary>Adds the statements that keep these events, in their order, under their tenants' scope. A failing one undoes the run, which is then tried again.</summary>
    public abstract void Append(TenantBatch batch, TenantSet tenants, IReadOnlyList<PublicEvent> events);
}
