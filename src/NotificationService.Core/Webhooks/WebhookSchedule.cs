namespace NotificationService.Webhooks;

/// <summary>When a message that was not taken is tried again: at once, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h, jitter of ±20 %.</summary>
public static class WebhookSchedule
{
    private const double JitterShare = 0.2;

    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(10),
    ];

    /// <summary>How long to wait after the first call that failed.</summary>
    public static TimeSpan FirstStep => Steps[0];

    /// <summary>Calls in all.</summary>
    public static int MaxAttempts => Steps.Length + 1;

    /// <summary>How long to wait after a number of calls; null: there is no next one.</summary>
    /// <param name="attempts">Calls made, at least 1.</param>
    /// <param name="retryAfter">What the receiver asked for: never less than the step, at most twice the step.</param>
    /// <param name="jitter">A number in [0, 1).</param>
    public static TimeSpan? Next(int attempts, TimeSpan? retryAfter, double jitter)
    {
        if (attempts > Steps.Length)
            return null;
        var step = Steps[Math.Max(0, attempts - 1)];
        var wait = step * (1 - JitterShare + 2 * JitterShare * jitter);
        return retryAfter is { } asked ? Max(wait, Min(asked, step * 2)) : wait;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
