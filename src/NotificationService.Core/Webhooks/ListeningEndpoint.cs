using System.Collections.Frozen;
using NotificationService.Events;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>What an endpoint asked for.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Id">The endpoint.</param>
/// <param name="Patterns">Types and families of types.</param>
/// <param name="Channels">Of a delivery's events only these; null: all.</param>
/// <param name="Categories">As above.</param>
/// <param name="Batches">As above; also of what batches and jobs report of themselves. What belongs to no batch is left to the patterns.</param>
/// <param name="IsFull">Whether it is sent all, or the thin payload.</param>
internal sealed record ListeningEndpoint(
    TenantId Tenant, Guid Id, string[] Patterns, FrozenSet<short>? Channels, FrozenSet<string>? Categories, FrozenSet<Guid>? Batches, bool IsFull)
{
    public bool Asks(PublicEvent published) =>
        (published.Target is null || published.Target == Id)
        // An endpoint is not notified about itself: one that fails would be notified for ever.
        && published.Subject != Id
        && Patterns.Any(pattern => EventTypes.Asks(pattern, published.Type))
        && (published is not DeliveryEvent delivery || Asks(delivery))
        && (published is not NoticeEvent || Batches is null || !EventTypes.IsOfBatch(published.Type) || Batches.Contains(published.Subject));

    private bool Asks(DeliveryEvent published) =>
        (Channels is null || Channels.Contains((short)published.Delivery.Channel))
        && (Categories is null || (published.Category is { } category && Categories.Contains(category)))
        && (Batches is null || (published.Batch is { } batch && Batches.Contains(batch)));
}
