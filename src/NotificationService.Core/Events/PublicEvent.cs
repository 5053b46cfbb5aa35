using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Tenants;

namespace NotificationService.Events;

/// <summary>A fact that may be published to whoever listens. Never changes: published again, it is published the same, with the same id.</summary>
/// <param name="Id">What a receiver knows a repeat by.</param>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Subject">What it is about; events of one subject are published in the order of <paramref name="Sequence"/>.</param>
/// <param name="Sequence">1, 2, 3 … per delivery, without a gap; 1 for what is published of its subject by an id of its own.</param>
/// <param name="OccurredAt">When it became true.</param>
public abstract record PublicEvent(string Id, TenantId Tenant, string Type, Guid Subject, int Sequence, DateTimeOffset OccurredAt)
{
    /// <summary>The webhook endpoint that asked for it once more: nobody else receives it. Null: whoever listens.</summary>
    public Guid? Target { get; init; }

    /// <summary>False for what a test account's notification, batch or job brought about; what is about none of them is live.</summary>
    public bool Live { get; init; } = true;
}

/// <summary>A delivery's status changed.</summary>
public sealed record DeliveryEvent(string Id, TenantId Tenant, string Type, DeliveryId Delivery, int Sequence, DateTimeOffset OccurredAt, DeliveryStatus Status)
    : PublicEvent(Id, Tenant, Type, Delivery.Value, Sequence, OccurredAt)
{
    /// <summary>The caller's own id of the notification.</summary>
    public string? Reference { get; init; }

    public string? UserId { get; init; }

    public string? Category { get; init; }

    public Guid? Batch { get; init; }

    public string? Template { get; init; }

    public int? TemplateVersion { get; init; }

    /// <summary>The name of the provider it went to.</summary>
    public string? Provider { get; init; }

    public int Attempts { get; init; }

    /// <summary>Parts that a text message was billed as.</summary>
    public int? Segments { get; init; }

    /// <summary>How their characters are written.</summary>
    public SmsEncoding? Encoding { get; init; }

    /// <summary>The caller's own, as JSON.</summary>
    public string? Metadata { get; init; }

    /// <summary>Why, as the timeline has it: a JSON object with <c>code</c> and <c>message</c>, for a failure with <c>kind</c>, for a push to several devices with <c>devices</c>.</summary>
    public string? Detail { get; init; }
}

/// <summary>Something else happened: a batch or a file ended, a provider was suspended, an endpoint fails.</summary>
/// <param name="Facts">What is known of it.</param>
public sealed record NoticeEvent(string Id, TenantId Tenant, string Type, Guid Subject, DateTimeOffset OccurredAt, NoticeFacts Facts)
    : PublicEvent(Id, Tenant, Type, Subject, 1, OccurredAt);
