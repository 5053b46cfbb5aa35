using System.Diagnostics;
using NotificationService.Channels;
using NotificationService.Channels.Routing;
using NotificationService.Deliveries.Devices;

namespace NotificationService.Deliveries;

/// <summary>A claimed delivery with its message and the provider it goes to: all that a call needs.</summary>
public sealed record PreparedDelivery(
    ClaimedDelivery Claim, ChannelMessage Message, Route.To Route, string? Category, ActivityContext Trace)
{
    /// <summary>Where all devices of a push to several stand before the call, which is for those in <see cref="Message"/>; null for everything else.</summary>
    public DeviceStates? Devices { get; init; }

    /// <summary>Whether its category is marketing.</summary>
    public bool IsMarketing { get; init; }

    /// <summary>What the caller keeps with the notification: JSON, or null.</summary>
    public string? Metadata { get; init; }

    public ConfiguredProvider Provider => Route.Provider;
}

/// <summary>One whose intent to be called is written.</summary>
/// <param name="StartedAt">By the database.</param>
/// <param name="WrittenAt">When this process began to write it, by its own clock.</param>
public readonly record struct StartedDelivery(PreparedDelivery Prepared, DateTimeOffset StartedAt, long WrittenAt);
