using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Deliveries;

namespace NotificationService.Notifications;

/// <summary>The response to an accepted notification.</summary>
/// <param name="Id">The notification's id.</param>
/// <param name="Status">The furthest of its deliveries'.</param>
/// <param name="Reference">The caller's own id, as it was given.</param>
/// <param name="Template">The version that will be rendered, whatever is published later.</param>
/// <param name="Deliveries">One per channel.</param>
/// <param name="Skipped">Channels that get no delivery, and why; absent if there are none.</param>
public sealed record AcceptedResponse(
    Guid Id,
    string Status,
    string? Reference,
    PinnedTemplate? Template,
    IReadOnlyList<AcceptedDelivery> Deliveries,
    IReadOnlyList<SkippedResponse>? Skipped)
{
    internal static AcceptedResponse Of(PreparedNotification prepared)
    {
        var deliveries = new AcceptedDelivery[prepared.Deliveries.Count];
        for (var i = 0; i < deliveries.Length; i++)
            deliveries[i] = AcceptedDelivery.Of(prepared.Deliveries[i]);
        return new AcceptedResponse(
            prepared.Id.Value,
            NotificationStatus.Of(prepared.Deliveries.Select(delivery => delivery.Status)).ToName(),
            prepared.Request.Reference,
            prepared.Template is { } template ? new PinnedTemplate(template.Key, template.Version) : null,
            deliveries,
            prepared.Skipped.Count == 0 ? null : SkippedResponse.Of(prepared.Skipped));
    }
}

/// <summary>The version of a template that a notification is bound to.</summary>
public sealed record PinnedTemplate(string Key, int Version);

/// <summary>One delivery as it was accepted.</summary>
/// <param name="Failure">Only for one that can never be sent, such as for want of an address.</param>
/// <param name="Reason">Only for one that is suppressed: what stands against it.</param>
public sealed record AcceptedDelivery(Guid Id, string Channel, string Status, FailureResponse? Failure, ReasonResponse? Reason = null)
{
    internal static AcceptedDelivery Of(PlannedDelivery delivery) => new(
        delivery.Id.Value,
        delivery.Channel.ToName(),
        delivery.Status.ToName(),
        delivery.Failure is { } failure ? new FailureResponse(failure.Kind.ToName(), failure.Code, failure.Message, null) : null,
        delivery.IsToBeSent ? null : ReasonResponse.Of(delivery.Reason));
}

/// <summary>Why a delivery is not sent.</summary>
/// <param name="Code">Such as <c>suppressed_unsubscribe</c>, <c>paused</c>, <c>opted_out</c>, <c>preference</c> or <c>category_default</c>.</param>
public sealed record ReasonResponse(string Code, string Message)
{
    public static ReasonResponse? Of(TransitionReason? reason) => reason is null ? null : new(reason.Code, reason.Message);
}

/// <summary>A channel without a delivery.</summary>
public sealed record SkippedResponse(string Channel, string Code, string Message)
{
    internal static SkippedResponse[] Of(IReadOnlyList<SkippedChannel> channels) =>
        [.. channels.Select(skipped => new SkippedResponse(skipped.Channel.ToName(), skipped.Code, skipped.Message))];
}

/// <summary>Why a delivery failed.</summary>
/// <param name="Kind"><c>permanent</c>, <c>exhausted</c>, <c>unknown</c>, <c>no_address</c>, <c>template_error</c> or <c>credentials</c>.</param>
/// <param name="Provider">The name of the provider that was tried last, where one was.</param>
public sealed record FailureResponse(string Kind, string Code, string Message, string? Provider);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AcceptedResponse))]
[JsonSerializable(typeof(SkippedResponse[]))]
public sealed partial class AcceptedJson : JsonSerializerContext;
