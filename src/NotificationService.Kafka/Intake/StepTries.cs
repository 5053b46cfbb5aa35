using System.Collections.Concurrent;

namespace NotificationService.Kafka.Intake;

/// <summary>How often steps were refused for what might pass. Outlives the reading of a record, which is read again meanwhile.</summary>
internal sealed class StepTries
{
    /// <summary>What other nodes read by now is never taken out. One record of a partition is in trouble at a time.</summary>
    private const int Max = 10_000;

    private readonly ConcurrentDictionary<(string Topic, int Partition, long Offset), ConcurrentDictionary<string, (int Times, bool IsAlone)>> records = new();

    public int Of(RecordWork work, Step step) => Find(work, step).Times;

    /// <summary>The database refused it: it is tried by itself, so that it takes nobody along.</summary>
    public bool IsAlone(RecordWork work, Step step) => Find(work, step).IsAlone;

    public int Count(RecordWork work, Step step, bool isAlone)
    {
        if (records.Count >= Max)
            records.Clear();
        return records.GetOrAdd(Place(work), static _ => new(StringComparer.Ordinal))
            .AddOrUpdate(step.Key, (1, isAlone), (_, before) => (before.Times + 1, isAlone || before.IsAlone)).Times;
    }

    public void Forget(RecordWork work) => records.TryRemove(Place(work), out _);

    private (int Times, bool IsAlone) Find(RecordWork work, Step step) =>
        records.TryGetValue(Place(work), out var steps) ? steps.GetValueOrDefault(step.Key) : default;

    private static (string, int, long) Place(RecordWork work) => (work.Record.Topic, work.Record.Partition, work.Record.Offset);
}
