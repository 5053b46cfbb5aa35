namespace NotificationService.Channels.Routing;

/// <summary>
/// How a provider has done of late: what share of its calls failed and how long they took. A call counts a tenth against
/// the past; without calls the memory of failures fades over half a minute, so that weight drifts back.
/// Guarded by the lock of whoever owns it.
/// </summary>
public sealed class ProviderHealth(TimeProvider time)
{
    private const double Newest = 0.1;

    private static readonly TimeSpan Fading = TimeSpan.FromSeconds(30);

    private double failing;
    private double seconds;
    private long at = time.GetTimestamp();

    /// <summary>The share of failed calls, 0 to 1.</summary>
    public double Failing => failing * Math.Exp(-time.GetElapsedTime(at) / Fading);

    /// <summary>How long a call takes; zero while nobody knows.</summary>
    public TimeSpan Takes => TimeSpan.FromSeconds(seconds * Math.Exp(-time.GetElapsedTime(at) / (4 * Fading)));

    public void Observe(bool failed, TimeSpan took)
    {
        failing = Failing + (Newest * ((failed ? 1 : 0) - Failing));
        seconds = seconds == 0 ? took.TotalSeconds : seconds + (Newest * (took.TotalSeconds - seconds));
        at = time.GetTimestamp();
    }
}
