namespace NotificationService.Notifications;

/// <summary>Everything that was decided about a notification, in order.</summary>
public sealed record Explanation(NotificationDetails Notification, IReadOnlyList<ExplainedStep> Steps);

/// <summary>A decision or an event, and when.</summary>
public sealed record ExplainedStep(DateTimeOffset At, ExplainStep Step);

/// <summary>A provider as it is configured now.</summary>
public sealed record ProviderFacts(string Type, int Priority, int Weight);
