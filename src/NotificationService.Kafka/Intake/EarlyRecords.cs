using System.Diagnostics.CodeAnalysis;
using Confluent.Kafka;

namespace NotificationService.Kafka.Intake;

/// <summary>Records that were read while others were being stored; they come next, in their order. Used by the thread that polls.</summary>
/// <param name="max">With so many it is enough.</param>
/// <param name="maxBytes">With the record that reaches them it is enough.</param>
public sealed class EarlyRecords(int max, int maxBytes)
{
    private readonly Queue<InputRecord> records = new();
    private long bytes;

    public int Count => records.Count;

    public bool IsFull => records.Count >= max || bytes >= maxBytes;

    public void Add(InputRecord record)
    {
        records.Enqueue(record);
        bytes += record.Bytes;
    }

    public bool TryTake([NotNullWhen(true)] out InputRecord? record)
    {
        if (!records.TryDequeue(out record))
            return false;
        bytes -= record.Bytes;
        return true;
    }

    /// <summary>Those of some partitions come again: to whoever has the partition by then, or from the record that it waits for.</summary>
    public void Drop(Func<TopicPartition, bool> ofPartition)
    {
        for (var left = records.Count; left > 0; left--)
        {
            if (TryTake(out var record) && !ofPartition(new TopicPartition(record.Topic, record.Partition)))
                Add(record);
        }
    }
}
