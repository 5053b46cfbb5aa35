using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Events;
using NotificationService.Notifications;
using NotificationService.Tenants;

namespace NotificationService.Webhooks;

/// <summary>Events that did not happen, to try an endpoint with. Their ids name nothing, their mode is test, and they say that they are samples.</summary>
internal static class SampleEvent
{
    /// <summary>The first type that one of these patterns asks for.</summary>
    public static string FirstOf(IReadOnlyList<string> patterns) =>
        EventTypes.ForEndpoints.First(type => patterns.Any(pattern => EventTypes.Asks(pattern, type)));

    public static PublicEvent Of(TenantId tenant, string type, Guid id, DateTimeOffset now)
    {
        if (StatusOf(type) is not { } status)
            return new NoticeEvent(EventTypes.IdOf(id), tenant, type, id, now, new SampleFacts());
        return new DeliveryEvent(EventTypes.IdOf(id), tenant, type, NotificationId.From(id).Delivery(ChannelKind.Email), 1, now, status)
        {
            Reference = "sample",
            Category = "sample",
            Live = false,
            Attempts = 1,
            Metadata = """{"sample":true}""",
            Detail = status is DeliveryStatus.Failed ? """{"kind":"permanent","code":"sample","message":"a sample"}"""
                : status is DeliveryStatus.Bounced or DeliveryStatus.Suppressed ? """{"code":"sample","message":"a sample"}"""
                : null,
        };
    }

    private static DeliveryStatus? StatusOf(string type) => Enum.GetValues<DeliveryStatus>().Where(status => status >= EventTypes.FirstPublished)
        .Cast<DeliveryStatus?>().SingleOrDefault(status => status is { } published && EventTypes.Of(published) == type);
}
