using NotificationService.Channels;

namespace NotificationService.Deliveries;

/// <summary>When a delivery that was deferred is tried again: the steps of its channel's row, with jitter of ±20 %.</summary>
public static class RetrySchedule
{
    private const double JitterShare = 0.2;

    /// <summary>The longest a provider's Retry-After can hold a delivery.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <summary>Calls to providers in all before a delivery is exhausted.</summary>
    public static int MaxAttempts(ChannelKind channel) => ChannelTable.Of(channel).RetrySteps.Count + 1;

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
        var steps = ChannelTable.Of(channel).RetrySteps;
        if (attempts > steps.Count)
            return null;
        var step = steps[Math.Max(0, attempts - 1)];
        var jittered = step * (1 - JitterShare + 2 * JitterShare * jitter);
        var asked = retryAfter is { } wait && wait > TimeSpan.Zero ? (wait < LongestRetryAfter ? wait : LongestRetryAfter) : TimeSpan.Zero;
        // Jitter goes on top of what was asked, so that a throttled crowd does not come back all at once.
        return asked > jittered ? asked + step * JitterShare * jitter : jittered;
    }
}
