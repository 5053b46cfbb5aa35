using Confluent.Kafka;

namespace NotificationService.Kafka.Intake;

/// <summary>Looks now and then how far the partitions of this consumer have come. Used by the thread that polls.</summary>
internal sealed class LagWatch(IConsumer<byte[]?, byte[]?> consumer, KafkaMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Dictionary<TopicPartition, long> handled = [];
    private HashSet<TopicPartition> shown = [];
    private long last;

    public void Handled(TopicPartition partition, long next) => handled[partition] = next;

    public void Look()
    {
        if (last != 0 && time.GetElapsedTime(last) < Every)
            return;
        last = time.GetTimestamp();
        var assigned = consumer.Assignment.ToHashSet();
        foreach (var lost in shown.Except(assigned))
        {
            metrics.Lost(lost.Topic, lost.Partition.Value);
            handled.Remove(lost);
        }

        shown = assigned;
        try
        {
            foreach (var partition in assigned)
            {
                var ends = consumer.QueryWatermarkOffsets(partition, Patience);
                metrics.Lag(partition.Topic, partition.Partition.Value, Math.Max(0, ends.High.Value - Next(partition, ends.Low.Value)));
            }
        }
        catch (KafkaException)
        {
            // Nobody answers: what was known last stays.
        }
    }

    private long Next(TopicPartition partition, long low)
    {
        if (handled.TryGetValue(partition, out var next))
            return next;
        var committed = consumer.Committed([partition], Patience)[0].Offset;
        return handled[partition] = committed.IsSpecial ? low : Math.Max(low, committed.Value);
    }
}
