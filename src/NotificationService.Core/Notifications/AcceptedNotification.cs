using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>A notification as its rows will be, deliveries included. JSON is UTF-8.</summary>
/// <param name="Account">The service account or the user that asked.</param>
/// <param name="Live">False for what only ever reaches the sandbox.</param>
/// <param name="Idempotency">Null where the caller gave no key.</param>
public sealed record AcceptedNotification(
    NotificationId Id,
    TenantId Tenant,
    Guid Account,
    bool Live,
    ValidatedRequest Request,
    Guid? TemplateId,
    int? TemplateVersion,
    string? Category,
    string? TraceParent,
    DateTimeOffset CreatedAt,
    IReadOnlyList<PlannedDelivery> Deliveries,
    IdempotencyEntry? Idempotency)
{
    /// <summary>Kept for whoever asks afterwards.</summary>
    public IReadOnlyList<SkippedChannel> Skipped { get; init; } = [];

    public override string ToString() => $"notification {Id}";

    internal static AcceptedNotification Of(Caller caller, PreparedNotification prepared, IdempotencyEntry? entry, string? traceParent) => new(
        prepared.Id,
        caller.Tenant,
        caller.Id,
        caller.Live,
        prepared.Request,
        prepared.Template?.Id,
        prepared.Template?.Version,
        prepared.Category,
        traceParent,
        prepared.Now,
        prepared.Deliveries,
        entry)
    {
        Skipped = prepared.Skipped,
    };
}

/// <summary>What is kept under an idempotency key: what was asked, and what was answered.</summary>
public sealed record IdempotencyEntry(byte[] KeyHash, byte[] Fingerprint, byte[] Response)
{
    /// <summary>What a caller of the API is promised.</summary>
    public const int UsualDays = 1;

    /// <summary>For how long it is kept.</summary>
    public int Days { get; init; } = UsualDays;
}
