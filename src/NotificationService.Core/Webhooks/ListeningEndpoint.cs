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
/// <param name="Batches">As above; also of what batches and jobs tell of themselves. What belongs to no batch is left to the patterns.</param>
/// <param name="IsFull">Whether it is told all, or the thin payload.</param>
internal sealed record ListeningEndpoint(
    TenantId Tenant, Guid Id, string[] Patterns, FrozenSet<short>? Channels, FrozenSet<string>? Categories, FrozenSet<Guid>? Batches, bool IsFull)
{
    public bool Asks(PublicEvent told) =>
        (told.Target is null || told.Target == Id)
        // An endpoint is not told about itself: one that fails would be told so for ever.
        && told.Subject != Id
        && Patterns.Any(pattern => EventTypes.Asks(pattern, told.Type))
        && (told is not DeliveryEvent delivery || Asks(delivery))
        && (told is not NoticeEvent || Batches is null || !EventTypes.IsOfBatch(told.Type) || Batches.Contains(told.Subject));

    private bool Asks(DeliveryEvent told) =>
        (Channels is null || Channels.Contains((short)told.Delivery.Channel))
        && (Categories is null || (told.Category is { } category && Categories.Contains(category)))
        && (Batches is null || (told.Batch is { } batch && Batches.Contains(batch)));
}
