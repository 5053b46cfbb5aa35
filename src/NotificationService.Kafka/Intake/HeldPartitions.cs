using Confluent.Kafka;

namespace NotificationService.Kafka.Intake;

/// <summary>
/// Partitions whose next record waits for somebody outside: nothing of them is fetched for a while, all others go on. Used by the thread that polls.
/// </summary>
internal sealed class HeldPartitions(TimeProvider time)
{
    private static readonly TimeSpan For = TimeSpan.FromSeconds(5);

    private readonly Dictionary<TopicPartition, (Offset From, long Since)> held = [];

    public bool Contains(TopicPartition partition) => held.ContainsKey(partition);

    public void Hold(IConsumer<byte[]?, byte[]?> consumer, IReadOnlyList<TopicPartitionOffset> partitions)
    {
        foreach (var partition in partitions.Where(partition => consumer.Assignment.Contains(partition.TopicPartition)))
        {
            consumer.Pause([partition.TopicPartition]);
            held[partition.TopicPartition] = (partition.Offset, time.GetTimestamp());
        }
    }

    /// <summary>Those that have waited long enough are read again, from the record that could not be taken.</summary>
    public void Release(IConsumer<byte[]?, byte[]?> consumer)
    {
        foreach (var (partition, (from, _)) in held.Where(one => time.GetElapsedTime(one.Value.Since) >= For).ToList())
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
