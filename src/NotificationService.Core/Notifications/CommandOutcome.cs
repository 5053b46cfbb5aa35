using System.Text.Json.Serialization;
using NotificationService.Channels;
using NotificationService.Deliveries;

namespace NotificationService.Notifications;

/// <summary>What came of a command to a stored notification.</summary>
public abstract record CommandOutcome
{
    private CommandOutcome()
    {
    }

    /// <summary>Something was changed. The response is JSON in UTF-8.</summary>
    public sealed record Done(byte[] Response) : CommandOutcome;

    public sealed record Replayed(StoredResponse Before) : CommandOutcome;

    public sealed record KeyMismatch : CommandOutcome;

    public sealed record NotFound : CommandOutcome;

    /// <summary>Nothing could be changed; where the deliveries stand says why.</summary>
    public sealed record NotPossible(IReadOnlyList<DeliveryChange> Deliveries) : CommandOutcome;
}

/// <summary>The response to a command.</summary>
/// <param name="Status">The notification's status now.</param>
/// <param name="Deliveries">Every delivery, also those that the command came too late for.</param>
public sealed record CommandResponse(Guid Id, string Status, IReadOnlyList<CommandDelivery> Deliveries)
{
    internal static CommandResponse Of(NotificationId id, IReadOnlyList<DeliveryChange> changes) => new(
        id.Value,
        NotificationStatus.Of(changes.Select(change => change.Status)).ToName(),
        [.. changes.Select(change => new CommandDelivery(change.Id.Value, change.Id.Channel.ToName(), change.Status.ToName(), change.Changed))]);
}

/// <summary>A delivery after a command.</summary>
/// <param name="Changed">Whether the command was in time for it.</param>
public sealed record CommandDelivery(Guid Id, string Channel, string Status, bool Changed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CommandResponse))]
public sealed partial class CommandJson : JsonSerializerContext;
