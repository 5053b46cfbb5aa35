using NotificationService.Notifications;

namespace NotificationService.Batches;

/// <summary>One item of a chunk, as far as it could be read.</summary>
/// <param name="Notification">Null when it could not; then <paramref name="Issues"/> say why.</param>
/// <param name="Key">The item's own idempotency key.</param>
/// <param name="Utf8">The item as it came: what the key identifies, together with <paramref name="Shared"/>.</param>
/// <param name="Shared">A hash of what stands once for all items.</param>
public sealed record BatchItem(NotificationRequest? Notification, string? Key, ReadOnlyMemory<byte> Utf8, string Shared, IReadOnlyList<RequestIssue> Issues);

/// <summary>What comes in one call.</summary>
/// <param name="Sequence">The caller's number of it, from 0; <see cref="Opening"/> for what came with the opening.</param>
/// <param name="Fingerprint">Of the items' bytes: the same sequence with other items is refused.</param>
public sealed record BatchChunk(int Sequence, byte[] Fingerprint, IReadOnlyList<BatchItem> Items)
{
    public const int Opening = -1;

    /// <summary>The most items of one call.</summary>
    public const int MaxItems = 10_000;
}
