namespace NotificationService.Host.Http.Bodies;

/// <summary>
/// How long a sender may still be waited for. It earns time with what it sends, never more than the grace, and pays with the time that it is waited
/// for; so a burst at the beginning does not pay for a pause of hours, as it does where only the average counts.
/// </summary>
internal sealed class SenderPace
{
    private readonly int minPerSecond;
    private readonly TimeSpan grace;
    private readonly TimeSpan longest;
    private readonly TimeProvider time;
    private readonly long began;
    private TimeSpan credit;

    /// <param name="minPerSecond">Bytes; 0 for any rate.</param>
    /// <param name="longest">In all, whatever the rate.</param>
    public SenderPace(int minPerSecond, TimeSpan grace, TimeSpan longest, TimeProvider time)
    {
        (this.minPerSecond, this.grace, this.longest, this.time) = (minPerSecond, grace, longest, time);
        (began, credit) = (time.GetTimestamp(), grace);
    }

    /// <summary>Zero or less: it was too slow.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = longest - time.GetElapsedTime(began);
            return minPerSecond > 0 && credit < left ? credit : left;
        }
    }

    /// <param name="asked">The timestamp since which it was waited for.</param>
    public void Arrived(long bytes, long asked)
    {
        if (minPerSecond <= 0)
            return;
        credit += TimeSpan.FromSeconds((double)bytes / minPerSecond) - time.GetElapsedTime(asked);
        if (credit > grace)
            credit = grace;
    }
}
