namespace NotificationService.Testing;

/// <summary>A clock that goes on only when a test says so. Timers made on it fire when it passes their time.</summary>
public sealed class ManualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock sync = new();
    private readonly List<ManualTimer> timers = [];
    private DateTimeOffset now = start;

    public ManualTime()
        : this(new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Timers that somebody has not disposed of.</summary>
    public int Timers
    {
        get
        {
            lock (sync)
                return timers.Count;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (sync)
            return now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public void Advance(TimeSpan by)
    {
        List<ManualTimer> due;
        lock (sync)
        {
            now += by;
            due = [.. timers.Where(timer => timer.IsDue(now))];
        }

        foreach (var timer in due)
            timer.Fire(GetUtcNow());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        lock (sync)
            timers.Add(timer);
        return timer;
    }

    private void Remove(ManualTimer timer)
    {
        lock (sync)
            timers.Remove(timer);
    }

    private sealed class ManualTimer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private DateTimeOffset? due;
        private TimeSpan period;

        public bool IsDue(DateTimeOffset now) => due <= now;

        public void Fire(DateTimeOffset now)
        {
            due = period > TimeSpan.Zero ? now + period : null;
            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            due = dueTime == Timeout.InfiniteTimeSpan ? null : time.GetUtcNow() + dueTime;
            this.period = period;
            return true;
        }

        public void Dispose() => time.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
