namespace NotificationService.Channels.Routing;

/// <summary>
/// Whether a provider is worth a call. Opens after five failures in a row, or when more than half of at least twenty calls
/// within half a minute failed. Then three calls are let through as probes: after a second, two, four, eight, ten. One that
/// succeeds closes it, so that a provider that fails now and then is not given up for long.
/// Guarded by the lock of whoever owns it.
/// </summary>
public sealed class CircuitBreaker(TimeProvider time)
{
    public const int FailuresInARow = 5;
    public const int MinCalls = 20;
    public const int Probes = 3;

    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan HalfWindow = TimeSpan.FromSeconds(15);

    private (int Calls, int Failures) present;
    private (int Calls, int Failures) past;
    private long windowBegan = time.GetTimestamp();
    private int inARow;
    private bool open;
    private int probing;
    private int probed;
    private long openedAt;
    private TimeSpan pause = FirstPause;

    public bool IsOpen => open;

    /// <summary>Calls that may be tried now as probes; only while it is open.</summary>
    public int ProbesLeft => OpensIn > TimeSpan.Zero ? 0 : Probes - probed;

    /// <summary>Zero when a call may be tried now; while a probe is under way, how long that may take to show.</summary>
    public TimeSpan OpensIn
    {
        get
        {
            if (!open)
                return TimeSpan.Zero;
            if (probed == Probes)
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
        if (OpensIn > TimeSpan.Zero)
            return false;
        (probing, probed) = (probing + 1, probed + 1);
        return true;
    }

    public void Succeeded()
    {
        (open, probing, probed, inARow, pause) = (false, 0, 0, 0, FirstPause);
        Turn();
        present.Calls++;
    }

    /// <summary>True when by this failure it opened, or stays open.</summary>
    public bool Failed()
    {
        Turn();
        (present.Calls, present.Failures, inARow) = (present.Calls + 1, present.Failures + 1, inARow + 1);
        if (open && probing > 0)
        {
            if (--probing > 0)
                return true;
            Open(pause * 2 < LongestPause ? pause * 2 : LongestPause);
            return true;
        }

        var (calls, failures) = (present.Calls + past.Calls, present.Failures + past.Failures);
        if (!open && (inARow >= FailuresInARow || (calls >= MinCalls && failures * 2 > calls)))
            Open(FirstPause);
        return open;
    }

    /// <summary>Opens at once for a given time: the provider itself said that calls are of no use.</summary>
    public void Open(TimeSpan until)
    {
        (open, probing, probed, openedAt, pause) = (true, 0, 0, time.GetTimestamp(), until);
        (present, past, inARow) = (default, default, 0);
    }

    /// <summary>A call that was let through was not made after all.</summary>
    public void Abandoned()
    {
        if (probing > 0)
            (probing, probed) = (probing - 1, probed - 1);
    }

    private void Turn()
    {
        var elapsed = time.GetElapsedTime(windowBegan);
        if (elapsed < HalfWindow)
            return;
        past = elapsed < 2 * HalfWindow ? present : default;
        (present, windowBegan) = (default, time.GetTimestamp());
    }
}
