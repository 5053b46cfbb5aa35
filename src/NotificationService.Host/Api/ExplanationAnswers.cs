using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;

namespace NotificationService.Host.Api;

/// <summary>What was decided about a notification and why, in the order in which it happened.</summary>
/// <param name="Status">The furthest of its deliveries'.</param>
public sealed record ExplanationResponse(Guid Id, string Status, IReadOnlyList<ExplainedItem> Explain)
{
    internal static ExplanationResponse Of(Explanation explanation) => new(
        explanation.Notification.Id.Value,
        explanation.Notification.Status.ToName(),
        [.. explanation.Steps.Select(step => new ExplainedItem(step.At, step.Step.Channel?.ToName(), step.Step.Code, step.Step.Message))]);
}

/// <summary>One decision or event, in the words of a dry run.</summary>
/// <param name="Channel">Absent for what concerns them all.</param>
public sealed record ExplainedItem(DateTimeOffset At, string? Channel, string Code, string Message);
