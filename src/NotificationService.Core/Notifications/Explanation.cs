using NotificationService.Deliveries.Receipts;

namespace NotificationService.Notifications;

/// <summary>Everything that was decided about a notification, in order.</summary>
public sealed record Explanation(NotificationDetails Notification, IReadOnlyList<ExplainedStep> Steps);

/// <summary>A decision or an event, and when.</summary>
public sealed record ExplainedStep(DateTimeOffset At, ExplainStep Step)
{
    /// <summary>The callback that it follows from.</summary>
    public Callback? Callback { get; init; }
}

/// <summary>What a provider reported.</summary>
/// <param name="Provider">Its name; null if it was deleted since.</param>
/// <param name="OccurredAt">When it happened, by the provider's clock.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="AppliedAt">When it changed the delivery; null where it changed no status.</param>
/// <param name="Raw">What the provider sent, as <see cref="RawReceipt"/> keeps it; null once it is too old.</param>
public sealed record Callback(
    Guid? Receipt, string? Provider, string Kind, string? Code, string? Message, DateTimeOffset? OccurredAt, DateTimeOffset? ReceivedAt, DateTimeOffset? AppliedAt, string? Raw)
{
    /// <summary>It says something of an address that is not heeded, because a test account sent the message.</summary>
    public bool IsTestAddress { get; init; }

    /// <summary>Plain words, such as "SendGrid reported bounced: no such user (5.1.1)".</summary>
    public string Words =>
        $"{Provider ?? "the provider"} reported {Kind}{(Message is null ? "" : $": {Message}")}{(Code is null ? "" : $" ({Code})")}{(IsTestAddress ? TestAddressWords : "")}";

    private const string TestAddressWords = "; suppressed addresses stay as they are, because a test account sent it";
}

/// <summary>A provider as it is configured now.</summary>
public sealed record ProviderFacts(string Type, int Priority, int Weight);
