namespace NotificationService.Queueing;

/// <summary>
/// How long a loop that finds nothing waits before it looks again: twice as long each time, up to a bound. A look costs a statement whether there is something or
/// not, and a service that has nothing to do shall cost next to nothing; a signal ends the wait in any case. One loop's own; not shared.
/// </summary>
/// <param name="shortest">After something was found.</param>
/// <param name="longest">What no signal announced waits no longer for being found.</param>
public sealed class PollInterval(TimeSpan shortest, TimeSpan longest)
{
    /// <summary>The bound of the loops whose work is announced by signals.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(500);

    private TimeSpan? next;

    /// <summary>There was something.</summary>
    public void Reset() => next = null;

    /// <summary>There was nothing: how long to wait now.</summary>
    public TimeSpan Next()
    {
        var current = next ?? shortest;
        next = current * 2 < longest ? current * 2 : longest;
        return current;
    }
}
