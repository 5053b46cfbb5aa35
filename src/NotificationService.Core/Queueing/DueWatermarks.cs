namespace NotificationService.Queueing;

/// <summary>
/// From which due time on a claim looks, queue by queue. While an old transaction keeps vacuum away, what was done stays at the head of an
/// index, and a claim that begins at the head reads through all of it. So now and then a round of claims looks through everything and
/// learns the oldest that is still there; those between begin at that. What turns up with an older due time is found by the next such round.
/// One loop's own; not shared.
/// </summary>
/// <param name="queues">How many queues a claim walks.</param>
/// <param name="time">For how long watermarks hold.</param>
public sealed class DueWatermarks(int queues, TimeProvider time)
{
    /// <summary>Nothing was ever due before.</summary>
    public static readonly DateTimeOffset Everything = DateTimeOffset.UnixEpoch;

    private static readonly TimeSpan HoldFor = TimeSpan.FromSeconds(1);

    /// <summary>Nothing waits for longer to be found, however long a look took: the machine may have stood still.</summary>
    private static readonly TimeSpan MaxHold = TimeSpan.FromSeconds(30);

    /// <summary>Looking through everything takes no more than this part of the time, as long as it takes no more than 1.5 seconds.</summary>
    private const int Part = 20;

    private readonly DateTimeOffset[] watermarks = new DateTimeOffset[queues];
    private readonly FullWalk[] walks = new FullWalk[queues];
    private bool isLooking = true;
    private long began;
    private TimeSpan spent;

    /// <summary>The watermarks of the claim that begins now.</summary>
    public DateTimeOffset[] Begin()
    {
        var now = time.GetTimestamp();
        if (!isLooking && time.GetElapsedTime(began, now) >= TimeSpan.FromTicks(Math.Clamp(spent.Ticks * Part, HoldFor.Ticks, MaxHold.Ticks)))
            (isLooking, spent, began) = (true, TimeSpan.Zero, now);
        if (!isLooking)
            return [.. watermarks];
        began = now;
        var everything = new DateTimeOffset[queues];
        Array.Fill(everything, Everything);
        return everything;
    }

    /// <summary>What a claim came by, for each queue.</summary>
    public void Learn(ReadOnlySpan<DueWalk> walked)
    {
        if (!isLooking)
            return;
        var now = time.GetTimestamp();
        spent += time.GetElapsedTime(began, now);
        for (var queue = 0; queue < queues; queue++)
            walks[queue] = walks[queue].After(walked[queue]);
        if (Array.Exists(walks, static walk => !walk.IsOver))
            return;
        for (var queue = 0; queue < queues; queue++)
            (watermarks[queue], walks[queue]) = (walks[queue].Oldest, default);
        (isLooking, began) = (false, now);
    }

    private readonly record struct FullWalk(bool HasBegun, bool IsOver, DateTimeOffset Oldest)
    {
        /// <summary>What comes behind the walk while it goes on is younger than what its first statement found.</summary>
        public FullWalk After(DueWalk walked)
        {
            if (IsOver || (!HasBegun && !walked.FromStart))
                return this;
            return new FullWalk(true, walked.ToEnd, HasBegun && Oldest < walked.Oldest ? Oldest : walked.Oldest);
        }
    }
}

/// <param name="FromStart">It began with the first lane.</param>
/// <param name="ToEnd">It came to the last lane.</param>
/// <param name="Oldest">The oldest due time it came by, or two seconds ago if that is older: what is stored is stamped before its commit.</param>
public readonly record struct DueWalk(bool FromStart, bool ToEnd, DateTimeOffset Oldest);
