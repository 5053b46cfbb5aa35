using NotificationService.Channels;

namespace NotificationService.Deliveries;

/// <summary>When a delivery that was deferred is tried again: one table, a row per channel, jitter of ±20 %.</summary>
public static class RetrySchedule
{
    private const double JitterShare = 0.2;

    /// <summary>The longest a provider's Retry-After can hold a delivery.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    private static readonly Dictionary<ChannelKind, TimeSpan[]> Steps = new()
    {
        // E-mail waits out greylisting and a provider's bad afternoon: 10 tries over about a day.
        [ChannelKind.Email] = [Seconds(5), Seconds(30), Minutes(2), Minutes(10), Minutes(30), Hours(1), Hours(2), Hours(6), Hours(12)],
        // A text or a push is about now: 7 tries over two hours.
        [ChannelKind.Sms] = [Seconds(5), Seconds(30), Minutes(2), Minutes(10), Minutes(30), Hours(1)],
        [ChannelKind.WhatsApp] = [Seconds(5), Seconds(30), Minutes(2), Minutes(10), Minutes(30), Hours(1)],
        [ChannelKind.Push] = [Seconds(5), Seconds(30), Minutes(2), Minutes(10), Minutes(30), Hours(1)],
        // Our own inbox fails only with our own database.
        [ChannelKind.InApp] = [Seconds(1), Seconds(5), Seconds(30), Minutes(2), Minutes(10)],
    };

    /// <summary>Calls to providers in all before a delivery is exhausted.</summary>
    public static int MaxAttempts(ChannelKind channel) => Steps[channel].Length + 1;

    /// <summary>
    /// How long to wait after a given number of calls, or null when there is no next one. A provider's Retry-After
    /// lengthens the step, never shortens it, and never beyond <see cref="LongestRetryAfter"/>.
    /// </summary>
    /// <param name="channel">The delivery's channel.</param>
    /// <param name="attempts">Calls made so far, at least 1.</param>
    /// <param name="retryAfter">What the provider asked for.</param>
    /// <param name="jitter">A number in [0, 1).</param>
    public static TimeSpan? Next(ChannelKind channel, int attempts, TimeSpan? retryAfter, double jitter)
    {
        var steps = Steps[channel];
        if (attempts > steps.Length)
            return null;
        var step = steps[Math.Max(0, attempts - 1)];
        var jittered = step * (1 - JitterShare + 2 * JitterShare * jitter);
        var asked = retryAfter is { } wait && wait > TimeSpan.Zero ? (wait < LongestRetryAfter ? wait : LongestRetryAfter) : TimeSpan.Zero;
        // Jitter goes on top of what was asked, so that a throttled crowd does not come back all at once.
        return asked > jittered ? asked + step * JitterShare * jitter : jittered;
    }

    private static TimeSpan Seconds(int value) => TimeSpan.FromSeconds(value);

    private static TimeSpan Minutes(int value) => TimeSpan.FromMinutes(value);

    private static TimeSpan Hours(int value) => TimeSpan.FromHours(value);
}
