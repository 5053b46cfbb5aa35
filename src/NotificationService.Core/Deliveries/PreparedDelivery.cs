using System.Diagnostics;
using NotificationService.Channels;

namespace NotificationService.Deliveries;

/// <summary>A claimed delivery with its message and the provider it goes to: all that a call needs.</summary>
public sealed record PreparedDelivery(
    ClaimedDelivery Claim, ChannelMessage Message, ConfiguredProvider Provider, string? Category, ActivityContext Trace);

/// <summary>One whose intent to be called is written.</summary>
public readonly record struct StartedDelivery(PreparedDelivery Prepared, DateTimeOffset StartedAt);
