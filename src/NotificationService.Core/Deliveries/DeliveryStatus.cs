using NotificationService.Storage;

namespace NotificationService.Deliveries;

/// <summary>
/// Where a delivery stands. Stored as a smallint; the value is the rank: a receipt may only raise it. Which pairs are
/// legal stands in <c>DeliveryTransitions</c> and nowhere else. Never renumber.
/// </summary>
[SqlName("status")]
[SqlSet("waiting", DeliveryStatus.Scheduled, DeliveryStatus.Queued)]
[SqlSet("unended", DeliveryStatus.Scheduled, DeliveryStatus.Queued, DeliveryStatus.Sending)]
[SqlSet("reached", DeliveryStatus.Delivered, DeliveryStatus.Read)]
[SqlSet("retryable", DeliveryStatus.Expired, DeliveryStatus.Failed)]
[SqlSet("without_success", DeliveryStatus.Suppressed, DeliveryStatus.Expired, DeliveryStatus.Failed, DeliveryStatus.Bounced)]
public enum DeliveryStatus : short
{
    /// <summary>Waits for a time: send-at, quiet hours, digest, throttle.</summary>
    Scheduled = 10,

    /// <summary>May be claimed once due; also what waits for a retry.</summary>
    Queued = 20,

    /// <summary>A worker holds it under a lease.</summary>
    Sending = 30,

    /// <summary>A provider took it.</summary>
    Sent = 40,
    Delivered = 50,
    Read = 60,
    Suppressed = 70,
    Expired = 71,
    Cancelled = 72,
    Failed = 73,
    Bounced = 74,
}

public static class DeliveryStatuses
{
    public static readonly IReadOnlyList<DeliveryStatus> All = Enum.GetValues<DeliveryStatus>();

    public const string Names = "scheduled, queued, sending, sent, delivered, read, suppressed, expired, cancelled, failed, bounced";

    public static string ToName(this DeliveryStatus status) => status switch
    {
        DeliveryStatus.Scheduled => "scheduled",
        DeliveryStatus.Queued => "queued",
        DeliveryStatus.Sending => "sending",
        DeliveryStatus.Sent => "sent",
        DeliveryStatus.Delivered => "delivered",
        DeliveryStatus.Read => "read",
        DeliveryStatus.Suppressed => "suppressed",
        DeliveryStatus.Expired => "expired",
        DeliveryStatus.Cancelled => "cancelled",
        DeliveryStatus.Failed => "failed",
        DeliveryStatus.Bounced => "bounced",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "no such status"),
    };

    public static bool TryParse(string? name, out DeliveryStatus status)
    {
        foreach (var candidate in All)
        {
            if (candidate.ToName() == name)
            {
                status = candidate;
                return true;
            }
        }

        status = default;
        return false;
    }
}
