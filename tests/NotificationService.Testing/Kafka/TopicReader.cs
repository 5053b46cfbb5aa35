using Confluent.Kafka;

namespace NotificationService.Testing.Kafka;

/// <summary>Reads on in a topic wherever it stopped: everything is fetched once, however often a test looks.</summary>
internal sealed class TopicReader : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock sync = new();
    private readonly IConsumer<byte[]?, byte[]?> consumer;
    private readonly Dictionary<TopicPartition, long> next;
    private readonly List<KafkaRecord> records = [];

    public TopicReader(string bootstrapServers, string topic, int partitions)
    {
        consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = "reader",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            // A mock broker does not notice meanwhile that there is something new.
            FetchWaitMaxMs = 50,
            ReconnectBackoffMaxMs = 500,
        }).SetLogHandler((_, _) => { }).Build();
        next = Enumerable.Range(0, partitions).ToDictionary(partition => new TopicPartition(topic, partition), _ => 0L);
        consumer.Assign(next.Keys.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning)));
    }

    /// <summary>Everything that stands there now, per partition in its order.</summary>
    /// <exception cref="KafkaException">No broker answers.</exception>
    public IReadOnlyList<KafkaRecord> Read()
    {
        lock (sync)
        {
            var ends = next.Keys.ToDictionary(partition => partition, partition => consumer.QueryWatermarkOffsets(partition, Patience).High.Value);
            while (ends.Any(end => next[end.Key] < end.Value))
            {
                var read = consumer.Consume(Patience) ?? throw new TimeoutException("what the broker says is there was not read");
                next[read.TopicPartition] = read.Offset.Value + 1;
                records.Add(KafkaRecord.Of(read));
            }

            return [.. records];
        }
    }

    public void Dispose() => consumer.Dispose();
}
