using NotificationService.Channels;
using NotificationService.Deliveries;
using NotificationService.Host.Http.Json;
using NotificationService.Host.Http.Lists;
using NotificationService.Notifications;
using NotificationService.Tenants;

namespace NotificationService.Host.Api.Notifications;

/// <summary>How lists of notifications and dead letters are asked for and answered.</summary>
internal static class NotificationLists
{
    private static readonly Dictionary<string, DeliveryStatus> Statuses = DeliveryStatuses.All.ToDictionary(status => status.ToName());
    private static readonly Dictionary<string, ChannelKind> Channels = ChannelKinds.All.ToDictionary(channel => channel.ToName());
    private static readonly Dictionary<string, Priority> PriorityNames = Enum.GetValues<Priority>().ToDictionary(priority => priority.ToName());
    private static readonly Dictionary<string, FailureKind> Kinds = Enum.GetValues<FailureKind>().ToDictionary(kind => kind.ToName());

    public static NotificationFilter ReadFilter(QueryReader query) => new(
        query.Choice("status", Statuses),
        query.Choice("channel", Channels),
        query.Text("template"),
        query.Text("reference"),
        query.Text("category"),
        query.Choice("priority", PriorityNames),
        query.Text("userId"),
        query.Instant("since"),
        query.Instant("until"));

    public static NotificationFilter ReadBatchFilter(QueryReader query, Guid batch) =>
        new(query.Choice("status", Statuses), query.Choice("channel", Channels), Reference: query.Text("reference"), Batch: batch);

    public static DeadLetterFilter ReadDeadLetterFilter(QueryReader query) => new(
        query.Choice("channel", Channels), query.Choice("kind", Kinds), query.Text("code"), query.Instant("since"), query.Instant("until"));

    /// <summary>A cursor is of use only for the list and the filter that gave it out.</summary>
    public static string CursorScope(string list, TenantId tenant, object filter) => $"{list} {tenant} {filter}";
}

/// <summary>A notification in a list.</summary>
/// <param name="Status">The furthest of its deliveries'.</param>
public sealed record NotificationSummary(
    Guid Id,
    string Status,
    string? Reference,
    PinnedTemplate? Template,
    string? Category,
    string Priority,
    bool Live,
    RawJson Recipient,
    DateTimeOffset? SendAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset CreatedAt,
    IReadOnlyList<DeliverySummary> Deliveries)
{
    internal static NotificationSummary Of(NotificationListItem item) => new(
        item.Id.Value,
        item.Status.ToName(),
        item.Reference,
        item.Template,
        item.Category,
        item.Priority.ToName(),
        item.Live,
        NotificationResponse.Json(item.Recipient) ?? default,
        item.SendAt,
        item.ExpiresAt,
        item.CreatedAt,
        [.. item.Deliveries.Select(DeliverySummary.Of)]);
}

/// <summary>A delivery in a list.</summary>
/// <param name="DueAt">When it is to be tried next; absent once it has ended.</param>
public sealed record DeliverySummary(Guid Id, string Channel, string Status, DateTimeOffset? DueAt, FailureResponse? Failure)
{
    internal static DeliverySummary Of(ListedDelivery delivery) => new(
        delivery.Id.Value,
        delivery.Channel.ToName(),
        delivery.Status.ToName(),
        delivery.Status <= DeliveryStatus.Queued ? delivery.DueAt : null,
        delivery.Failure is { } failure ? new FailureResponse(failure.Kind.ToName(), failure.Code, failure.Message, delivery.Provider?.Name) : null);
}
