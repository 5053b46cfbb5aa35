using System.Collections.Concurrent;
using Confluent.Kafka;

namespace NotificationService.Kafka.Intake;

/// <summary>
/// Looks now and then how far the partitions of this consumer have come. The brokers are asked in the background: whoever polls waits for nobody. Used by
/// the thread that polls.
/// </summary>
internal sealed class LagWatch(IConsumer<byte[]?, byte[]?> consumer, KafkaMetrics metrics, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<TopicPartition, long> handled = [];
    private HashSet<TopicPartition> shown = [];
    private Task asking = Task.CompletedTask;
    private volatile bool isOver;
    private long last;

    public void Handled(TopicPartition partition, long next) => handled[partition] = next;

    public void Look()
    {
        if (!asking.IsCompleted || (last != 0 && time.GetElapsedTime(last) < Every))
            return;
        last = time.GetTimestamp();
        var assigned = consumer.Assignment.ToHashSet();
        // Also what was asked about a moment ago and was lost before the response came.
        Forget(shown.Except(assigned));
        shown = assigned;
        asking = Task.Run(() => Ask(assigned));
    }

    /// <summary>They are read by somebody else, or by nobody.</summary>
    public void Forget(IEnumerable<TopicPartition> partitions)
    {
        foreach (var lost in partitions)
        {
            handled.TryRemove(lost, out _);
            metrics.Lost(lost.Topic, lost.Partition.Value);
        }
    }

    /// <summary>Before the consumer is closed, which must not be asked any more. Waits for at most one answer.</summary>
    public void End()
    {
        isOver = true;
        ((IAsyncResult)asking).AsyncWaitHandle.WaitOne();
        Forget(shown);
    }

    private void Ask(HashSet<TopicPartition> partitions)
    {
        try
        {
            foreach (var partition in partitions)
            {
                if (isOver)
                    return;
                var ends = consumer.QueryWatermarkOffsets(partition, Patience);
                var next = handled.TryGetValue(partition, out var known) ? known : handled.GetOrAdd(partition, Committed(partition, ends.Low.Value));
                metrics.Lag(partition.Topic, partition.Partition.Value, Math.Max(0, ends.High.Value - next));
            }
        }
#pragma warning disable CA1031 // nobody answers: what was known last stays
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private long Committed(TopicPartition partition, long low)
    {
        var committed = consumer.Committed([partition], Patience)[0].Offset;
        return committed.IsSpecial ? low : Math.Max(low, committed.Value);
    }
}
