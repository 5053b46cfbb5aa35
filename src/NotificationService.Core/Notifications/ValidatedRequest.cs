using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Recipients;

namespace NotificationService.Notifications;

/// <summary>A request that was found good: every field is of its type and within its bounds.</summary>
/// <param name="TemplateKey">Null when <paramref name="Content"/> stands in its place.</param>
/// <param name="Channels">In the order of the request, each once; null when the template is to decide.</param>
/// <param name="Data">A JSON object in UTF-8, or empty.</param>
/// <param name="SendAt">Null for at once.</param>
public sealed record ValidatedRequest(
    string? TemplateKey,
    InlineContent? Content,
    IReadOnlyList<ChannelKind>? Channels,
    StoredRecipient Recipient,
    ReadOnlyMemory<byte> Data,
    string? Category,
    Priority Priority,
    DateTimeOffset? SendAt,
    DateTimeOffset? ExpiresAt,
    string? Reference,
    ReadOnlyMemory<byte> Metadata)
{
    /// <summary>One channel after the other; null for all of them at once.</summary>
    public FallbackRule? Fallback { get; init; }

    /// <summary>The topic by which it reaches the recipient; null for what is sent to a person.</summary>
    public string? Topic { get; init; }

    /// <summary>What it takes of a statement and of the disk, about: the caller's own content, data and metadata.</summary>
    public int Size => Data.Length + Metadata.Length + (Content?.Characters() ?? 0);

    /// <summary>Contents stay out of logs and exceptions.</summary>
    public override string ToString() => $"notification of {TemplateKey ?? "inline content"}";
}
