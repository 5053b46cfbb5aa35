using System.Globalization;
using NotificationService.Channels;
using NotificationService.Deliveries;

namespace NotificationService.Notifications;

/// <summary>A chain in plain words; the dry run and the explanation of what happened use the same.</summary>
internal static class FallbackWords
{
    public static ExplainStep Whole(FallbackRule rule) => new(null, Strategies.Fallback, rule.After is { } after
        ? $"one channel after the other: the next one is tried when one fails or has not reached the recipient within {Seconds(after)}"
        : "one channel after the other: the next one is tried when one fails");

    /// <summary>What a delivery that is not the first of its chain waits for; null for any other.</summary>
    public static ExplainStep? Waits(PreparedNotification prepared, PlannedDelivery planned)
    {
        if (planned.Place < 2 || prepared.Request.Fallback is not { } rule)
            return null;
        return Waits(planned.Channel, prepared.Deliveries.First(delivery => delivery.Place == planned.Place - 1).Channel, rule);
    }

    public static ExplainStep Waits(ChannelKind channel, ChannelKind before, FallbackRule rule) => new(channel, FallbackChain.Code, rule.After is { } after
        ? $"waits: it is tried when {before.ToName()} fails or has not reached the recipient within {Seconds(after)}"
        : $"waits: it is tried when {before.ToName()} fails");

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds} s");
}
