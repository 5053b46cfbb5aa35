namespace NotificationService.Host.Http.Bodies;

/// <summary>How fast a sender is, over all the time that it was waited for. Others may look while it is still being waited for.</summary>
public sealed class SenderRate(TimeProvider time)
{
    private readonly Lock sync = new();
    private long bytes;
    private TimeSpan waited;
    private long? asked;

    /// <summary>How long it was waited for in all. What we take for what has come is not the sender's time.</summary>
    public TimeSpan Waited
    {
        get
        {
            lock (sync)
                return asked is { } since ? waited + time.GetElapsedTime(since) : waited;
        }
    }

    public double BytesPerSecond
    {
        get
        {
            lock (sync)
            {
                var seconds = Waited.TotalSeconds;
                return seconds > 0 ? bytes / seconds : double.PositiveInfinity;
            }
        }
    }

    /// <summary>From now on it is waited for.</summary>
    public void Ask()
    {
        lock (sync)
            asked = time.GetTimestamp();
    }

    /// <summary>What it was waited for is there; 0 where nothing came.</summary>
    public void Arrived(long count)
    {
        lock (sync)
        {
            bytes += count;
            if (asked is { } since)
                waited += time.GetElapsedTime(since);
            asked = null;
        }
    }
}
