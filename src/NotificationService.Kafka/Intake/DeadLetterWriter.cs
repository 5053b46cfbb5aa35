using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace NotificationService.Kafka.Intake;

/// <summary>
/// Writes what cannot be taken to the dead letters: key, value and all headers as they came, and why in headers of its own. Waits for the brokers for
/// as long as it takes, and says less of a record that they find too large.
/// </summary>
public sealed class DeadLetterWriter(RecordProducer producer, KafkaOptions options, TimeProvider time, ILogger<DeadLetterWriter> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <param name="record">As it came.</param>
    /// <param name="refusals">Why it is here.</param>
    /// <param name="isPartial">A part of it was taken, and must not be sent again.</param>
    /// <param name="cancellationToken">Given up only at the end of the process.</param>
    public async Task WriteAsync(InputRecord record, IReadOnlyList<Refusal> refusals, bool isPartial, CancellationToken cancellationToken)
    {
        var (extent, at) = (DeadLetterExtent.Whole, time.GetUtcNow());
        while (true)
        {
            string reason;
            try
            {
                await producer.ProduceAsync(options.DeadLetterTopic!, DeadLetterMessage.Of(record, refusals, isPartial, extent, at), cancellationToken);
                logger.DeadLetterWritten(record.Topic, record.Partition, record.Offset, refusals[0].Code);
                return;
            }
            catch (KafkaException exception) when (RecordProducer.IsOfTheRecord(exception.Error) && extent != DeadLetterExtent.ReasonOnly)
            {
                // The reason made it too large, or what it came with is nothing that this topic takes. Topic, partition and offset say where it stands.
                extent++;
                continue;
            }
            catch (KafkaException exception)
            {
                reason = exception.Error.Code.ToString();
            }
#pragma warning disable CA1031 // whatever it was, the record is not lost for it
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                reason = exception.GetType().Name;
            }

            logger.DeadLetterWaits(reason);
            await Task.Delay(Pause, time, cancellationToken);
        }
    }
}
