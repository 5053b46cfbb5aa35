using Confluent.Kafka;

namespace NotificationService.Kafka.Intake;

/// <summary>A record as it was read.</summary>
public sealed record InputRecord(string Topic, int Partition, long Offset, byte[]? Key, byte[]? Value, Headers? Headers, Timestamp Timestamp)
{
    public int Bytes => (Key?.Length ?? 0) + (Value?.Length ?? 0) + (Headers?.Sum(header => header.Key.Length + (header.GetValueBytes()?.Length ?? 0)) ?? 0);

    /// <summary>What it says stays out of logs and exceptions.</summary>
    public override string ToString() => $"{Topic}[{Partition}]@{Offset}";

    public static InputRecord Of(ConsumeResult<byte[]?, byte[]?> read) =>
        new(read.Topic, read.Partition.Value, read.Offset.Value, read.Message.Key, read.Message.Value, read.Message.Headers, read.Message.Timestamp);
}
