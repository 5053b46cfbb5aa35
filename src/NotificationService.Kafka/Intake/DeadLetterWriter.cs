using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using NotificationService.Notifications;

namespace NotificationService.Kafka.Intake;

/// <summary>
/// Writes what cannot be taken to the dead letters: key, value and all headers as they came, and why in headers of its own. Waits for the brokers for
/// as long as it takes.
/// </summary>
internal sealed class DeadLetterWriter(RecordProducer producer, KafkaOptions options, TimeProvider time, ILogger<DeadLetterWriter> logger)
{
    private const int MostIssues = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <param name="record">As it came.</param>
    /// <param name="refusals">Why it is here.</param>
    /// <param name="isPartial">A part of it was taken, and must not be sent again.</param>
    /// <param name="cancellationToken">Given up only at the end of the process.</param>
    public async Task WriteAsync(InputRecord record, IReadOnlyList<Refusal> refusals, bool isPartial, CancellationToken cancellationToken)
    {
        var message = new Message<byte[]?, byte[]?> { Key = record.Key, Value = record.Value, Headers = Headers(record, refusals, isPartial) };
        while (true)
        {
            try
            {
                await producer.ProduceAsync(options.DeadLetterTopic!, message, cancellationToken);
                logger.DeadLetterWritten(record.Topic, record.Partition, record.Offset, refusals[0].Code);
                return;
            }
            catch (KafkaException exception) when (exception.Error.Code is ErrorCode.MsgSizeTooLarge && message.Value is not null)
            {
                // The reason made it too large. Topic, partition and offset say where the value stands.
                message.Headers.Add("dlq-value-bytes", Encoding.UTF8.GetBytes(message.Value.Length.ToString(CultureInfo.InvariantCulture)));
                message.Value = null;
            }
            catch (KafkaException exception)
            {
                logger.DeadLetterWaits(exception.Error.Code.ToString());
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }

    private Headers Headers(InputRecord record, IReadOnlyList<Refusal> refusals, bool isPartial)
    {
        var headers = new Headers();
        foreach (var header in record.Headers ?? [])
            headers.Add(header.Key, header.GetValueBytes());
        Add("dlq-reason", refusals[0].Code);
        Add("dlq-message", string.Join(" ", refusals.Select(refusal => refusal.Message)));
        Add("dlq-topic", record.Topic);
        Add("dlq-partition", record.Partition.ToString(CultureInfo.InvariantCulture));
        Add("dlq-offset", record.Offset.ToString(CultureInfo.InvariantCulture));
        Add("dlq-at", time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        if (isPartial)
            Add("dlq-partial", "true");
        var issues = refusals.SelectMany(refusal => refusal.Issues).Take(MostIssues).ToArray();
        if (issues.Length > 0)
            headers.Add("dlq-errors", JsonSerializer.SerializeToUtf8Bytes(issues, DeadLetterJson.Default.DraftIssueArray));
        return headers;

        void Add(string name, string text) => headers.Add(name, Encoding.UTF8.GetBytes(text));
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DraftIssue[]))]
internal sealed partial class DeadLetterJson : JsonSerializerContext;
