namespace NotificationService.Kafka;

/// <summary>What <c>/health</c> says of Kafka. Brokers that are away do not make a process unready: it takes and sends notifications all the same.</summary>
public sealed class KafkaState
{
    private readonly KafkaMetrics metrics;

    internal KafkaState(KafkaMetrics metrics) => this.metrics = metrics;

    public bool IsUp => metrics.IsUp;
}
