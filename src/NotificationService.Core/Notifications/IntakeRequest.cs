using NotificationService.Tenants;

namespace NotificationService.Notifications;

/// <summary>A key under which a request may be repeated.</summary>
/// <param name="Route">What the key was used for: the same key elsewhere is another request.</param>
/// <param name="Body">The request as it came, JSON in UTF-8.</param>
/// <param name="Live">The caller's mode: the same key in the other mode is another key.</param>
public sealed record IdempotentRequest(string Key, string Route, ReadOnlyMemory<byte> Body, bool Live)
{
    /// <summary>For how long the key is kept, where it is kept by itself.</summary>
    public int KeptDays { get; init; } = IdempotencyEntry.UsualDays;

    internal byte[] KeyHash => IdempotencyKeys.Hash(Key, Live);

    /// <summary>What the key identifies.</summary>
    internal byte[] FingerprintFor(TenantId tenant) => RequestFingerprint.Of(Route, tenant, Body.Span);
}

/// <summary>One of many requests that are handed in together. Each has a key: whoever hands in many may always have to do it again.</summary>
/// <param name="Caller">Who asks; not all of them need to be one caller's, or one tenant's.</param>
/// <param name="Notification">What is asked for.</param>
/// <param name="Idempotent">The key, what it was used for, and what it identifies.</param>
/// <param name="KeptDays">For how long the key is kept.</param>
/// <param name="TraceParent">The trace that it belongs to.</param>
public sealed record IntakeRequest(Caller Caller, NotificationRequest Notification, IdempotentRequest Idempotent, int KeptDays, string? TraceParent);
