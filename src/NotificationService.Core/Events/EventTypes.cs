using NotificationService.Deliveries;

namespace NotificationService.Events;

/// <summary>The vocabulary of what is published: <c>{entity}.{action}</c>. A name never changes its meaning.</summary>
public static class EventTypes
{
    public const string BatchCompleted = "batch.completed";
    public const string BulkJobProgress = "bulk_job.progress";
    public const string BulkJobCompleted = "bulk_job.completed";
    public const string EndpointFailing = "webhook_endpoint.failing";
    public const string EndpointDisabled = "webhook_endpoint.disabled";
    public const string ProviderSuspended = "provider.parked";
    public const string QuotaNear = "quota.near";
    public const string QuotaReached = "quota.reached";

    /// <summary>What an endpoint may ask for, in the order in which a document shows it.</summary>
    public static readonly IReadOnlyList<string> ForEndpoints =
    [
        "delivery.sent", "delivery.delivered", "delivery.read", "delivery.failed", "delivery.bounced", "delivery.suppressed", "delivery.expired", "delivery.cancelled",
        BatchCompleted, BulkJobProgress, BulkJobCompleted, EndpointFailing, EndpointDisabled, ProviderSuspended, QuotaNear, QuotaReached,
    ];

    /// <summary>Types, families such as <c>delivery.*</c>, and <c>*</c> for all.</summary>
    public static readonly IReadOnlyList<string> Patterns =
        ["*", .. ForEndpoints.Select(type => type[..(type.IndexOf('.') + 1)] + "*").Distinct(), .. ForEndpoints];

    /// <summary>Statuses from here on are published; what waits or is being sent is not.</summary>
    public const DeliveryStatus FirstPublished = DeliveryStatus.Sent;

    public static string Of(DeliveryStatus status) => status switch
    {
        DeliveryStatus.Sent => "delivery.sent",
        DeliveryStatus.Delivered => "delivery.delivered",
        DeliveryStatus.Read => "delivery.read",
        DeliveryStatus.Suppressed => "delivery.suppressed",
        DeliveryStatus.Expired => "delivery.expired",
        DeliveryStatus.Cancelled => "delivery.cancelled",
        DeliveryStatus.Failed => "delivery.failed",
        DeliveryStatus.Bounced => "delivery.bounced",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "not published"),
    };

    /// <summary>Whether a pattern asks for a type.</summary>
    public static bool Asks(string pattern, string type) =>
        pattern == "*" || pattern == type || (pattern.EndsWith(".*", StringComparison.Ordinal) && type.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal));

    /// <summary>Whether its subject is a batch, or a job and with it the batch of the same id; the others that are no delivery's are about how the service is run.</summary>
    public static bool IsOfBatch(string type) => type is BatchCompleted or BulkJobProgress or BulkJobCompleted;

    /// <summary>The id of a delivery's event: the same whenever and to whomever it is published.</summary>
    public static string IdOf(DeliveryId delivery, int sequence) => $"evt_{delivery.Value:N}_{sequence}";

    public static string IdOf(Guid notice) => $"evt_{notice:N}";
}
