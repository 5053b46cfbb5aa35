namespace NotificationService.Kafka.Intake;

/// <summary>Gathers records that are accepted together. Whoever comes first waits for others only so long, however many keep coming.</summary>
/// <param name="time">Shows how long.</param>
/// <param name="max">The most records.</param>
/// <param name="maxBytes">With the record that reaches them it is enough.</param>
public sealed class RecordGathering(TimeProvider time, int max, int maxBytes)
{
    /// <summary>From the first record on.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(20);

    /// <param name="wait">For the first record.</param>
    /// <param name="next">The next record, if there is one within the time; with no time, if it is here already.</param>
    public List<InputRecord> Gather(TimeSpan wait, Func<TimeSpan, InputRecord?> next)
    {
        var records = new List<InputRecord>();
        if (next(wait) is not { } first)
            return records;
        records.Add(first);
        var (bytes, began) = (first.Bytes, time.GetTimestamp());
        while (records.Count < max && bytes < maxBytes)
        {
            var left = Longest - time.GetElapsedTime(began);
            if (next(left > TimeSpan.Zero ? left : TimeSpan.Zero) is not { } found)
                break;
            records.Add(found);
            bytes += found.Bytes;
        }

        return records;
    }
}
