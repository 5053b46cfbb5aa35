using Confluent.Kafka;

namespace NotificationService.Kafka;

/// <summary>Makes librdkafka's clients of the settings, each with what the promises of this service rest on.</summary>
internal static class KafkaClients
{
    /// <summary>After that the outcome of everything that was handed in is known.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>A broker judges what comes together as one: of few bytes, a record that is too large takes few others along.</summary>
    private const int LargestBatch = 256 * 1024;

    /// <summary>What a broker lets in, a broker judges.</summary>
    private const int LargestRecord = 64 << 20;

    /// <param name="options">The settings.</param>
    /// <param name="failed">Called with what the producer itself finds wrong, on a thread of its own.</param>
    /// <exception cref="Exception">A setting is none of librdkafka's, or has a value that it does not take.</exception>
    public static IProducer<byte[]?, byte[]?> Producer(KafkaOptions options, Action<Error> failed)
    {
        var config = new ProducerConfig(Settings(options))
        {
            BootstrapServers = options.BootstrapServers,
            Acks = Acks.All,
            EnableIdempotence = true,
            MessageTimeoutMs = (int)LongestWait.TotalMilliseconds,
        };
        config.LingerMs ??= 5;
        config.MessageMaxBytes ??= LargestRecord;
        config.BatchSize = Math.Min(config.BatchSize ?? LargestBatch, LargestBatch);
        return new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, error) => failed(error)).Build();
    }

    /// <param name="options">The settings.</param>
    /// <param name="revoked">Called with partitions that are this process's no longer, on the thread that polls.</param>
    /// <exception cref="Exception">A setting is none of librdkafka's, or has a value that it does not take.</exception>
    public static IConsumer<byte[]?, byte[]?> Consumer(KafkaOptions options, Action<IEnumerable<TopicPartition>> revoked)
    {
        var config = new ConsumerConfig(Settings(options))
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = options.GroupId,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            // What is stored as done is committed, and nothing else.
            EnableAutoCommit = true,
            EnableAutoOffsetStore = false,
        };
        config.TopicMetadataRefreshIntervalMs ??= 30_000;
        return new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { })
            .SetPartitionsRevokedHandler((_, partitions) => revoked(partitions.Select(partition => partition.TopicPartition)))
            .SetPartitionsLostHandler((_, partitions) => revoked(partitions.Select(partition => partition.TopicPartition)))
            .Build();
    }

    /// <summary>What is wrong with the settings, as librdkafka says it; null when both clients can be made. Nobody is waited for.</summary>
    public static string? Wrong(KafkaOptions options)
    {
        try
        {
            using (Producer(options, static _ => { }))
            {
            }

            using (Consumer(options, static _ => { }))
            {
            }

            return null;
        }
#pragma warning disable CA1031 // whatever it throws, it would throw again and again while the service runs
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return WithoutSecrets(options, exception.Message);
        }
    }

    /// <summary>A copy: whoever takes it writes its own into it.</summary>
    private static Dictionary<string, string> Settings(KafkaOptions options) =>
        options.Client.ToDictionary(setting => setting.Key, setting => setting.Value, StringComparer.Ordinal);

    private static string WithoutSecrets(KafkaOptions options, string message)
    {
        foreach (var (name, value) in options.Client)
        {
            if (value.Length > 0 && (name.Contains("password", StringComparison.OrdinalIgnoreCase) || name.Contains("secret", StringComparison.OrdinalIgnoreCase) || name.Contains("pem", StringComparison.OrdinalIgnoreCase)))
                message = message.Replace(value, "…", StringComparison.Ordinal);
        }

        return message.ReplaceLineEndings(" ");
    }
}
