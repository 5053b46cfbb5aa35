namespace NotificationService.Queueing;

/// <summary>Within a loop that goes round more often: whether it is time again for what is done now and then. At first it is. One loop's own; not shared.</summary>
public sealed class Interval(TimeSpan every, TimeProvider time)
{
    private long? began;

    /// <summary>True: it has passed, and begins again.</summary>
    public bool TryRestart()
    {
        if (began is { } at && time.GetElapsedTime(at) < every)
            return false;
        began = time.GetTimestamp();
        return true;
    }
}
