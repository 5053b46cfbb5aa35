using Confluent.Kafka;

namespace NotificationService.Kafka;

/// <summary>The one producer of this process: every record is acknowledged by all replicas that are in step, once, and in order.</summary>
public sealed class RecordProducer(KafkaOptions options) : IDisposable
{
    /// <summary>After that nobody waits for an outcome any more: librdkafka knows it by then, and looks at its own limit only now and then.</summary>
    public static readonly TimeSpan LongestWait = KafkaClients.LongestWait + TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan LastFlush = TimeSpan.FromSeconds(2);

    private readonly Lock sync = new();
    private SharedProducer? current;

    /// <summary>The brokers are there and refuse this very record: it will never be acknowledged as it is.</summary>
    public static bool IsOfTheRecord(Error error) => error.Code is ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidMsg or ErrorCode.InvalidRecord;

    /// <summary>Nobody waited long enough, or it was sent and nobody answered: it may still arrive.</summary>
    public static bool IsUnknown(KafkaException exception) =>
        exception.Error.Code == ErrorCode.Local_TimedOut || exception is ProduceException<byte[]?, byte[]?> { DeliveryResult.Status: PersistenceStatus.PossiblyPersisted };

    /// <exception cref="KafkaException">It was not acknowledged in time, or refused; it may stand in the topic all the same.</exception>
    public async Task ProduceAsync(string topic, Message<byte[]?, byte[]?> message, CancellationToken cancellationToken)
    {
        using var lease = Lease();
        try
        {
            await lease.Producer.ProduceAsync(topic, message, cancellationToken).WaitAsync(LongestWait, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new KafkaException(ErrorCode.Local_TimedOut);
        }
    }

    /// <summary>For whoever asks the brokers with the connections that are there: they stay until the lease is given back.</summary>
    public ProducerLease Lease()
    {
        lock (sync)
        {
            if (current is { IsBroken: true } broken)
            {
                // What was handed to it still learns its outcome.
                broken.Retire(LongestWait);
                current = null;
            }

            return (current ??= new SharedProducer(options)).Enter();
        }
    }

    public void Dispose()
    {
        SharedProducer? last;
        lock (sync)
            (last, current) = (current, null);
        last?.Retire(LastFlush);
        last?.WaitForEnd(LastFlush + LastFlush);
    }
}
