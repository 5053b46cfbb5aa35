using NotificationService.Deliveries;

namespace NotificationService.ArchitectureTests.Documents;

/// <summary>The diagram of a delivery's statuses, made from the table that the code asks.</summary>
internal static class StatusDiagram
{
    public static IReadOnlyList<string> Lines() =>
    [
        "```mermaid",
        "stateDiagram-v2",
        .. DeliveryStatuses.All.Where(DeliveryTransitions.Initial.Contains).Select(status => $"    [*] --> {status.ToName()}"),
        .. DeliveryStatuses.All.SelectMany(status => NextOf(status).Select(next => $"    {status.ToName()} --> {next.ToName()}")),
        .. DeliveryStatuses.All.Where(status => !NextOf(status).Any()).Select(status => $"    {status.ToName()} --> [*]"),
        "```",
    ];

    private static IEnumerable<DeliveryStatus> NextOf(DeliveryStatus status) => DeliveryStatuses.All.Where(next => DeliveryTransitions.IsLegal(status, next));
}
