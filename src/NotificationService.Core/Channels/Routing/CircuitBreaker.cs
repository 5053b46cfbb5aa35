namespace NotificationService.Channels.Routing;

/// <summary>
/// Whether a provider is worth a call. Opens after five failures in a row, or when more than half of at least twenty calls
/// within half a minute failed. Then one call at a time is let through as a probe: after a second, two, four, eight, ten.
/// Guarded by the lock of whoever owns it.
/// </summary>
public sealed class CircuitBreaker(TimeProvider time)
{
    public const int FailuresInARow = 5;
    public const int LeastCalls = 20;

    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan HalfWindow = TimeSpan.FromSeconds(15);

    private (int Calls, int Failures) present;
    private (int Calls, int Failures) past;
    private long windowBegan = time.GetTimestamp();
    private int inARow;
    private bool open;
    private bool probing;
    private long openedAt;
    private TimeSpan pause = FirstPause;

    public bool IsOpen => open;

    /// <summary>Zero when a call may be tried now; while a probe is under way, how long that may take to tell.</summary>
    public TimeSpan OpensIn
    {
        get
        {
            if (!open)
                return TimeSpan.Zero;
            if (probing)
                return FirstPause;
            var left = pause - time.GetElapsedTime(openedAt);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Takes the right to make one call. False: not now.</summary>
    public bool TryEnter()
    {
        if (!open)
            return true;
        if (probing || OpensIn > TimeSpan.Zero)
            return false;
        return probing = true;
    }

    public void Succeeded()
    {
        (open, probing, inARow, pause) = (false, false, 0, FirstPause);
        Turn();
        present.Calls++;
    }

    /// <summary>True when by this failure it opened, or stays open.</summary>
    public bool Failed()
    {
        Turn();
        (present.Calls, present.Failures, inARow) = (present.Calls + 1, present.Failures + 1, inARow + 1);
        if (probing)
        {
            Open(pause * 2 < LongestPause ? pause * 2 : LongestPause);
            return true;
        }

        var (calls, failures) = (present.Calls + past.Calls, present.Failures + past.Failures);
        if (!open && (inARow >= FailuresInARow || (calls >= LeastCalls && failures * 2 > calls)))
            Open(FirstPause);
        return open;
    }

    /// <summary>Opens at once for a given time: the provider itself said that calls are of no use.</summary>
    public void Open(TimeSpan until)
    {
        (open, probing, openedAt, pause) = (true, false, time.GetTimestamp(), until);
        (present, past, inARow) = (default, default, 0);
    }

    /// <summary>A call that was let through was not made after all.</summary>
    public void Abandoned() => probing = false;

    private void Turn()
    {
        var elapsed = time.GetElapsedTime(windowBegan);
        if (elapsed < HalfWindow)
            return;
        past = elapsed < 2 * HalfWindow ? present : default;
        (present, windowBegan) = (default, time.GetTimestamp());
    }
}
