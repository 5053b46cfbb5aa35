using NotificationService.Deliveries;
using NotificationService.Recipients;
using NotificationService.Templates;

namespace NotificationService.Notifications;

/// <summary>What a caller asks for, as it came and not yet checked. Every way in (API, batches, CSV, events) makes one of these.</summary>
public sealed record NotificationRequest
{
    public string? Template { get; init; }

    /// <summary>The version to render, published or not; null for the one that is published under <see cref="Template"/>.</summary>
    public PublishedTemplate? Pinned { get; init; }

    public string? Channel { get; init; }

    public IReadOnlyList<string?>? Channels { get; init; }

    public string? Strategy { get; init; }

    /// <summary>Seconds.</summary>
    public int? FallbackAfter { get; init; }

    public StoredRecipient? Recipient { get; init; }

    /// <summary>A JSON object in UTF-8, or empty.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The data come from a file that has nothing but texts: a schema that wants a number takes a text that reads as one.</summary>
    public bool DataAreTexts { get; init; }

    public InlineContent? Content { get; init; }

    public string? Category { get; init; }

    public string? Priority { get; init; }

    public string? SendAt { get; init; }

    public string? ExpiresAt { get; init; }

    public string? Reference { get; init; }

    /// <summary>A JSON object in UTF-8, or empty.</summary>
    public ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>The topic by which it reaches the recipient; null for what is sent to a person. Nobody says it of a request that comes from outside.</summary>
    public string? Topic { get; init; }
}

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Pointer">A JSON Pointer into the request as the API writes it.</param>
public sealed record RequestIssue(string Pointer, string Code, string Message)
{
    /// <summary>Of one request; beyond them nothing is collected.</summary>
    public const int MaxNamed = 50;

    /// <summary>Nothing is wrong with it but the day: after this the same request may be accepted. Null for any mistake.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
