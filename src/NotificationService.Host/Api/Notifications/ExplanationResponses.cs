using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Notifications;

namespace NotificationService.Host.Api.Notifications;

/// <summary>What was decided about a notification and why, in the order in which it happened.</summary>
/// <param name="Status">The furthest of its deliveries'.</param>
public sealed record ExplanationResponse(Guid Id, string Status, IReadOnlyList<ExplainedItem> Explain)
{
    internal static ExplanationResponse Of(Explanation explanation) => new(
        explanation.Notification.Id.Value,
        explanation.Notification.Status.ToName(),
        [.. explanation.Steps.Select(step => new ExplainedItem(step.At, step.Step.Channel?.ToName(), step.Step.Code, step.Step.Message, CallbackResponse.Of(step.Callback)))]);
}

/// <summary>One decision or event, in the words of a dry run.</summary>
/// <param name="Channel">Absent for what concerns them all.</param>
/// <param name="Callback">The callback that it follows from.</param>
public sealed record ExplainedItem(DateTimeOffset At, string? Channel, string Code, string Message, CallbackResponse? Callback);

/// <summary>What a provider reported, in its own words.</summary>
/// <param name="ReceiptId">As <c>GET /api/v1/admin/receipts</c> has it.</param>
/// <param name="Provider">The provider's name; absent if it was deleted since.</param>
/// <param name="Kind">sent, delivered, read, failed, bounced, deferred, opened, clicked, complained, unsubscribed or resubscribed.</param>
/// <param name="Code">The provider's code.</param>
/// <param name="Message">The provider's words.</param>
/// <param name="OccurredAt">When it happened, by the provider's clock.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="AppliedAt">When it changed the status; absent where it changed none.</param>
/// <param name="Raw">What the provider sent, at most 2,000 characters, without secrets, addresses and numbers; kept for 30 days.</param>
public sealed record CallbackResponse(
    Guid? ReceiptId, string? Provider, string Kind, string? Code, string? Message, DateTimeOffset? OccurredAt, DateTimeOffset? ReceivedAt, DateTimeOffset? AppliedAt, string? Raw)
{
    internal static CallbackResponse? Of(Callback? callback) => callback is null
        ? null
        : new(callback.Receipt, callback.Provider, callback.Kind, callback.Code, callback.Message, callback.OccurredAt, callback.ReceivedAt, callback.AppliedAt, callback.Raw);
}
