using NotificationService.Deliveries;

namespace NotificationService.Notifications;

/// <summary>
/// A notification's status is the furthest of its deliveries': how far its message has come on any channel. An end
/// without success counts only when every delivery has ended so.
/// </summary>
public static class NotificationStatus
{
    private static readonly DeliveryStatus[] FurthestFirst =
    [
        DeliveryStatus.Read, DeliveryStatus.Delivered, DeliveryStatus.Sent, DeliveryStatus.Sending, DeliveryStatus.Queued, DeliveryStatus.Scheduled,
        DeliveryStatus.Bounced, DeliveryStatus.Failed, DeliveryStatus.Expired, DeliveryStatus.Cancelled, DeliveryStatus.Suppressed,
    ];

    /// <summary>Its name, for whoever only has to show it.</summary>
    public static string NameOf(IEnumerable<DeliveryStatus> deliveries) => Of(deliveries).ToName();

    public static DeliveryStatus Of(IEnumerable<DeliveryStatus> deliveries) =>
        deliveries.MinBy(status => Array.IndexOf(FurthestFirst, status));
}
