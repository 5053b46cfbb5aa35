using NotificationService.Settings;

namespace NotificationService.Realtime;

/// <summary><c>Notification:Realtime:*</c>.</summary>
public sealed class RealtimeOptions
{
    public const string Section = "Notification:Realtime";

    /// <summary>How long a client may be away and still be given what was published meanwhile.</summary>
    [Bounds("00:01:00", "30.00:00:00")]
    public TimeSpan Keep { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Streams of one person, at one process.</summary>
    [Bounds(1, 1_000)]
    public int StreamsPerUser { get; init; } = 20;

    /// <summary>Streams of one tenant, at one process.</summary>
    [Bounds(1, 1_000_000)]
    public int StreamsPerTenant { get; init; } = 20_000;

    /// <summary>Streams of one process.</summary>
    [Bounds(1, 1_000_000)]
    public int Streams { get; init; } = 50_000;

    /// <summary>How long after its last sign of life a process counts as gone, and its people as offline.</summary>
    [Bounds("00:00:03", "00:10:00")]
    public TimeSpan PresenceLease { get; init; } = TimeSpan.FromSeconds(30);
}
