using Confluent.Kafka;

namespace NotificationService.Kafka;

/// <summary>The one producer of this process: every record is acknowledged by all replicas that are in step, once, and in order.</summary>
internal sealed class RecordProducer(KafkaOptions options) : IDisposable
{
    /// <summary>After that the outcome of everything that was handed in is known.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan LastFlush = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private IProducer<byte[]?, byte[]?>? producer;

    /// <exception cref="KafkaException">It was not acknowledged in time, or refused; it may stand in the topic all the same.</exception>
    public async Task ProduceAsync(string topic, Message<byte[]?, byte[]?> message, CancellationToken cancellationToken)
    {
        var used = Current();
        try
        {
            await used.ProduceAsync(topic, message, cancellationToken);
        }
        catch (KafkaException exception) when (exception.Error.IsFatal)
        {
            // An idempotent producer that lost count cannot go on: the next record has a new one.
            Replace(used);
            throw;
        }
    }

    /// <summary>For whoever asks the brokers with the connections that are there.</summary>
    public Handle Handle => Current().Handle;

    public void Dispose()
    {
        lock (gate)
        {
            producer?.Flush(LastFlush);
            producer?.Dispose();
            producer = null;
        }
    }

    private IProducer<byte[]?, byte[]?> Current()
    {
        lock (gate)
            return producer ??= Build();
    }

    private void Replace(IProducer<byte[]?, byte[]?> broken)
    {
        lock (gate)
        {
            if (producer != broken)
                return;
            producer = null;
        }

        broken.Dispose();
    }

    private IProducer<byte[]?, byte[]?> Build()
    {
        var config = new ProducerConfig(ClientSettings.Of(options))
        {
            BootstrapServers = options.BootstrapServers,
            Acks = Acks.All,
            EnableIdempotence = true,
            MessageTimeoutMs = (int)LongestWait.TotalMilliseconds,
            // What a broker lets in, a broker judges.
            MessageMaxBytes = 64 << 20,
        };
        config.LingerMs ??= 5;
        return new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
    }
}
