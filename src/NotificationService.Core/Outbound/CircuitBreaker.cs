namespace NotificationService.Outbound;

/// <summary>When a circuit breaker opens, and how it finds its way back.</summary>
/// <param name="FailuresInARow">So many failed calls in a row open it; null where only their share counts.</param>
/// <param name="MinCalls">Fewer calls than these within the window say nothing of the share.</param>
/// <param name="Window">Over how long calls are counted; more than half of them failed opens it.</param>
/// <param name="FirstPause">How long nothing is called after it opened.</param>
/// <param name="LongestPause">The pause doubles each time all probes have failed, up to this.</param>
/// <param name="Probes">Calls that are let through after a pause, at once.</param>
public sealed record CircuitBreakerSettings(int? FailuresInARow, int MinCalls, TimeSpan Window, TimeSpan FirstPause, TimeSpan LongestPause, int Probes);

/// <summary>
/// Whether a server is worth a call. Closed, it lets every call through and counts. Open, it lets none through until the pause is over, then a few as probes.
/// One that succeeds closes it; when all have failed, it pauses again, and longer.
/// Guarded by the lock of whoever owns it.
/// </summary>
public sealed class CircuitBreaker(CircuitBreakerSettings settings, TimeProvider time)
{
    private readonly TimeSpan halfWindow = settings.Window / 2;

    private (int Calls, int Failures) present;
    private (int Calls, int Failures) past;
    private long windowBegan = time.GetTimestamp();
    private int inARow;
    private bool open;
    private int probing;
    private int probed;
    private long openedAt;
    private TimeSpan pause = settings.FirstPause;

    public bool IsOpen => open;

    /// <summary>Calls that may be tried now as probes; only while it is open.</summary>
    public int ProbesLeft => OpensIn > TimeSpan.Zero ? 0 : settings.Probes - probed;

    /// <summary>Zero when a call may be tried now; while a probe is under way, how long that may take to show.</summary>
    public TimeSpan OpensIn
    {
        get
        {
            if (!open)
                return TimeSpan.Zero;
            if (probed == settings.Probes)
                return settings.FirstPause;
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
        (open, probing, probed, inARow, pause) = (false, 0, 0, 0, settings.FirstPause);
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
            Open(pause * 2 < settings.LongestPause ? pause * 2 : settings.LongestPause);
            return true;
        }

        var (calls, failures) = (present.Calls + past.Calls, present.Failures + past.Failures);
        if (!open && (inARow >= settings.FailuresInARow || (calls >= settings.MinCalls && failures * 2 > calls)))
            Open(settings.FirstPause);
        return open;
    }

    /// <summary>Opens at once for a given time: the server itself said that calls are of no use.</summary>
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
        if (elapsed < halfWindow)
            return;
        past = elapsed < 2 * halfWindow ? present : default;
        (present, windowBegan) = (default, time.GetTimestamp());
    }
}
