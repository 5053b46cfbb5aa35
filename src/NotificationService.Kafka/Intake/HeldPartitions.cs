using Confluent.Kafka;

namespace NotificationService.Kafka.Intake;

/// <param name="From">The first record that was not taken.</param>
/// <param name="For">How long.</param>
internal sealed record Hold(TopicPartitionOffset From, TimeSpan For);

/// <summary>
/// Partitions whose next record waits for somebody outside: nothing of them is fetched for a while, all others go on. Used by the thread that polls.
/// </summary>
internal sealed class HeldPartitions(TimeProvider time)
{
    private readonly Dictionary<TopicPartition, (Offset From, TimeSpan For, long Since)> held = [];

    public bool Contains(TopicPartition partition) => held.ContainsKey(partition);

    public void Hold(IConsumer<byte[]?, byte[]?> consumer, IReadOnlyList<Hold> holds)
    {
        foreach (var (from, length) in holds.Where(hold => consumer.Assignment.Contains(hold.From.TopicPartition)))
        {
            consumer.Pause([from.TopicPartition]);
            held[from.TopicPartition] = (from.Offset, length, time.GetTimestamp());
        }
    }

    /// <summary>Those that have waited long enough are read again, from the record that could not be taken.</summary>
    public void Release(IConsumer<byte[]?, byte[]?> consumer)
    {
        foreach (var (partition, (from, _, _)) in held.Where(one => time.GetElapsedTime(one.Value.Since) >= one.Value.For).ToList())
        {
            held.Remove(partition);
            consumer.Resume([partition]);
            consumer.Seek(new TopicPartitionOffset(partition, from));
        }
    }

    /// <summary>Whoever reads them now begins where this process left off.</summary>
    public void Forget(IEnumerable<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
            held.Remove(partition);
    }
}
